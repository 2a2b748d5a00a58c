import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { ACK, ethernet, fragments4, fragments6, icmp4Error, icmp6Error, ipv4, ipv6, join, tcp, text, udp, type Tag } from '../../src/testing/build.ts'
import { recordsOf, weir } from '../cli/run.ts'
import { Link, refused, unless } from './namespaces.ts'

const PATIENCE = 90_000
const HOSTS = 400
const WORKERS = 3

/** Both directions of flows between hosts, and what belongs to them; `back` is what their second host sends. */
function talks(): { there: Uint8Array[]; back: Uint8Array[] } {
  const there: Uint8Array[] = [], back: Uint8Array[] = []
  for (let i = 0; i < HOSTS; i++) {
    const four = (rev: boolean, payload: Uint8Array): Uint8Array => {
      const [source, destination] = [`10.${i % 7}.${i % 200}.${1 + (i % 250)}`, `192.168.${i % 50}.${1 + (i % 211)}`]
      return ipv4(rev ? { source: destination, destination: source } : { source, destination }, payload)
    }
    const six = (rev: boolean, payload: Uint8Array): Uint8Array => {
      const [source, destination] = [`2001:db8:${(i % 19).toString(16)}::${i.toString(16)}`, `2001:db8:ffff::${(i % 97).toString(16)}:1`]
      return ipv6(rev ? { source: destination, destination: source } : { source, destination }, payload)
    }
    const ports = (rev: boolean, server: number) => (rev ? { sourcePort: server, destinationPort: 1024 + i } : { sourcePort: 1024 + i, destinationPort: server })
    const vlans: (number | Tag)[] = [[], [5], [{ tpid: 0x88a8, vid: 9 }, 5]][i % 3]
    for (const [ip, frames] of [[four, fragments4], [six, (packet: Uint8Array, octets: number) => fragments6(packet, octets, i)]] as const) {
      for (const rev of [false, true]) {
        const to = rev ? back : there
        to.push(ethernet({ vlans }, ip(rev, tcp({ ...ports(rev, 443), flags: ACK }, text('hello')))))
        to.push(ethernet({ vlans }, ip(rev, udp(ports(rev, 53), text('who?')))))
      }
      for (const packet of frames(ip(false, udp(ports(false, 53), new Uint8Array(200))), 64)) there.push(ethernet({ vlans }, packet))
    }
    // some router says that it did not arrive
    back.push(ethernet({}, ipv4({ source: `172.16.${i % 200}.1`, destination: `10.${i % 7}.${i % 200}.${1 + (i % 250)}` }, icmp4Error({ type: 3, code: 1 }, four(false, udp(ports(false, 53), text('who?')))))))
    back.push(ethernet({}, ipv6({ source: `2001:db8:aaaa::${i.toString(16)}`, destination: `2001:db8:${(i % 19).toString(16)}::${i.toString(16)}` }, icmp6Error({ type: 1, code: 0 }, six(false, udp(ports(false, 53), text('who?')))))))
    // each end of a VXLAN tunnel chooses its source port as it likes
    for (const rev of [false, true]) {
      const [source, destination] = rev ? [`100.64.1.${i % 90}`, `100.64.0.${i % 90}`] : [`100.64.0.${i % 90}`, `100.64.1.${i % 90}`]
      const inner = ethernet({}, four(rev, tcp({ ...ports(rev, 22), flags: ACK })))
      ;(rev ? back : there).push(ethernet({}, ipv4({ source, destination }, udp({ sourcePort: 40_000 + i * (rev ? 3 : 7), destinationPort: 4789 }, join(new Uint8Array([8, 0, 0, 0, 0, 0, 1, 0]), inner)))))
    }
  }
  return { there, back }
}

/** What time and threads decide. */
const OTHER = new Set(['first', 'last', 'duration', 'flow_id', 'splt_time'])

/** Records of one that the other has not, and the other way round: a few will do. */
function differences(out: string, other: string): string[] {
  const counts = new Map<string, number>()
  const count = (text: string, one: number): void => {
    for (const record of recordsOf(text)) {
      const plain = JSON.stringify(Object.entries(record).filter(([name]) => !OTHER.has(name)))
      counts.set(plain, (counts.get(plain) ?? 0) + one)
    }
  }
  count(out, 1)
  count(other, -1)
  return [...counts].filter(([, times]) => times !== 0).map(([record, times]) => `${times > 0 ? '+' : '-'} ${record}`).slice(0, 4)
}

describe.skipIf(refused !== null)(`--workers share an interface${unless}`, { timeout: PATIENCE }, () => {
  let link: Link
  const { there, back } = talks()
  const chains = ['-c', 'basic,tcp,udp,icmp,id,tunnel', '-o', '-']
  let offline: string
  let path: string

  beforeAll(() => {
    link = new Link()
    path = link.file('both.pcap', [...there, ...back])
    offline = weir(['observe', path, ...chains]).out.replaceAll(path, 'in')
  }, PATIENCE)
  afterAll(() => link?.remove())

  it('the two directions of a flow, its fragments, the errors that quote it, and tunnels come to one worker: live equals offline', async () => {
    const observation = await link.observe(['ring:in', '--workers', String(WORKERS), ...chains], WORKERS)
    const sent = link.send(path)
    const { status, out, ledger, err } = await observation.stop()
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(ledger).toMatchObject({ packets: sent, in_flows: sent, dropped: 0, flows: 5 * HOSTS, records: 5 * HOSTS })
    expect(differences(out, offline)).toEqual([])
    const records = recordsOf(out) as { pkt_fwd: number; pkt_rev: number; flow_id: number }[]
    expect(records.filter(({ pkt_fwd, pkt_rev }) => pkt_fwd === 0 || pkt_rev === 0)).toEqual([])
    // a worker's flows have every third number: all have a good part
    expect(new Set(records.map(({ flow_id }) => flow_id)).size).toBe(records.length)
    for (let worker = 0; worker < WORKERS; worker++) expect(records.filter(({ flow_id }) => flow_id % WORKERS === worker).length).toBeGreaterThan(records.length / WORKERS / 2)
  })

  it('also where one direction is sent from here', async () => {
    const observation = await link.observe(['ring:in', '--workers', '2', ...chains], 2)
    link.send(link.file('there.pcap', there))
    link.run('tcpreplay', '--topspeed', '-q', '-i', 'in', link.file('back.pcap', back))
    const { out } = await observation.stop()
    expect(differences(out, offline)).toEqual([])
  })

  it('the ledger is the sum of theirs, at the highest rate of tcpreplay', async () => {
    const observation = await link.observe(['ring:in', '--workers', '2', '-c', 'basic,tcp', '-o', '/dev/null'], 2)
    const sent = link.send(path, '--loop', '20')
    const { ledger } = await observation.stop()
    expect(ledger).toMatchObject({ packets: sent, in_flows: sent, dropped: 0 })
  })

  it('chains with options, of modules of the user, and strings and lists in records', async () => {
    const module = link.path('mine.mjs')
    writeFileSync(module, "import { defineChain, text, nullable } from 'flowweir'\nexport const mine = defineChain({ name: 'mine', doc: '', fields: { seen: nullable(text({ doc: 'x', max: 20 })) }, udp(flow, udp) { flow.seen = `port ${udp.destinationPort}` } })\n")
    const args = ['-c', 'basic,splt:n=3,payload', '--chain-module', module, '-o', '-']
    const observation = await link.observe(['ring:in', '--workers', '2', ...args], 2)
    link.send(path)
    const { out, status } = await observation.stop()
    expect(status).toBe(0)
    expect(recordsOf(out)[0]).toHaveProperty('seen')
    expect(differences(out, weir(['observe', path, ...args]).out)).toEqual([])
  })

  it('records are anonymized as those of one thread are', async () => {
    const key = link.path('key')
    writeFileSync(key, new Uint8Array(32).fill(7))
    const args = ['-c', 'basic', '--anonymize', key, '-o', '-']
    const observation = await link.observe(['ring:in', '--workers', '2', ...args], 2)
    link.send(path)
    expect(differences((await observation.stop()).out, weir(['observe', path, ...args]).out)).toEqual([])
  })

  it('the kernel filters for each', async () => {
    const observation = await link.observe(['ring:in', '--workers', '2', '--filter', 'tcp port 443', '-c', 'basic', '-o', '-'], 2)
    link.send(path)
    const { out, ledger } = await observation.stop()
    // of two tags one is left for the filter to see
    const seen = HOSTS - Math.floor(HOSTS / 3)
    expect(recordsOf(out).length).toBe(2 * seen)
    expect(ledger).toMatchObject({ packets: 4 * seen, filtered: null })
  })

  it('a hook that throws in one of them stops all, and what was seen is written', async () => {
    const module = link.path('throws.mjs')
    writeFileSync(module, "import { defineChain } from 'flowweir'\nexport const throws = defineChain({ name: 'throws', doc: '', udp(flow, udp) { if (udp.destinationPort === 4789) throw new Error('no tunnels please') } })\n")
    const observation = await link.observe(['ring:in', '--workers', '2', '--tunnels', 'outer', '-c', 'basic', '--chain-module', module, '-o', '-'], 2)
    link.send(path)
    const { status, err, out } = await observation.end()
    expect({ status, err }).toEqual({ status: 4, err: expect.stringMatching(/^weir: chain 'throws'.*no tunnels please/) })
    expect(recordsOf(out).length).toBeGreaterThan(0)
  })

  it('an interface that goes down is a fault, said once; one that is not there an error', async () => {
    link.run('ip', 'link', 'add', 'idle', 'type', 'veth', 'peer', 'name', 'other')
    for (const name of ['idle', 'other']) link.run('ip', 'link', 'set', name, 'up')
    const observation = await link.observe(['ring:idle', '--workers', '2', ...chains], 2)
    link.run('ip', 'link', 'set', 'idle', 'down')
    expect(await observation.end()).toMatchObject({ status: 1, err: 'weir: warning: idle: the interface went down\n' })
    const none = await link.observe(['ring:nosuch', '--workers', '2', ...chains])
    expect(await none.end()).toMatchObject({ status: 3, err: expect.stringMatching(/^weir: nosuch: there is no such interface; there are .*\n$/) })
  })
})

describe('--workers are refused', { timeout: PATIENCE }, () => {
  it.each([
    [['trace.pcap'], "workers share an interface of Linux, as in ring:eth0: trace.pcap is read by one"],
    [['ring:a', 'ring:b'], '--workers is for one interface, and 2 sources are named'],
    [['ring:a', '--limit', '5'], 'workers do not know of each other how many packets they had: limit is for one alone'],
    [['ring:a', '--key', 'aggregate'], 'key is aggregate: one flow of all packets is for one worker'],
    [['ring:a', '--max-flows', '0'], "--max-flows cannot be '0': give a whole number, 1 or more, in digits alone"],
  ])('%j', (args, message) => {
    expect(weir(['observe', '--workers', '2', ...args])).toEqual({ status: 2, out: '', err: `weir: ${message}\n` })
  })

  it('more than the kernel takes', () => {
    expect(weir(['observe', '--workers', '257', 'ring:a'])).toEqual({ status: 2, out: '', err: 'weir: workers is 257: it must be a whole number from 1 to 256\n' })
  })
})

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

import { Ledger } from '../../src/ledger.ts'
import { capture, ethernet, ipv4, udp } from '../../src/testing/build.ts'
import { lacks, needing, Network, noNetwork } from './network.ts'
import { recordsOf, WEB, weir } from './run.ts'

/** Namespaces, processes in them, and captures that are replayed at their own speed. @unit milliseconds */
const PATIENCE = 60_000

const VLAN = WEB.replace('web.pcap', 'vlan.pcapng')

/** Records without what was when. */
function timeless(records: Record<string, unknown>[]): unknown {
  return records.map((record) => Object.fromEntries(Object.entries(record).filter(([name]) => !/^(first|last|splt_time)$/.test(name))))
}

const noPing = lacks('ping'), noReplay = lacks('tcpreplay')

describe.skipIf(noPing !== null)(needing(noPing, 'int:'), { timeout: PATIENCE }, () => {
  let network: Network
  let directory: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'weir-'))
    network = new Network('int')
  })
  afterEach(() => network.stop())
  afterAll(() => {
    network.close()
    rmSync(directory, { recursive: true, force: true })
  })

  const ledgerOf = (name: string): Record<string, number> => JSON.parse(readFileSync(join(directory, name), 'utf8'))

  it.each(['int:f0', 'pcapint:f0', 'f0'])('%s captures, and SIGINT ends it at once, with what was seen', async (source) => {
    const weir = await network.observe([source, '-c', 'basic'])
    network.ping(3)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await weir.end('SIGINT')).toBe(0)
    expect(weir.records).toMatchObject([{ sip: '192.0.2.1', dip: '192.0.2.2', proto: 1, pkt_fwd: 3, pkt_rev: 3, oct_fwd: 252, end_reason: 'forced' }])
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('%s ends it on a silent link', async (signal) => {
    const weir = await network.observe(['f0', '--summary', join(directory, 'silent.json')])
    expect(await weir.end(signal)).toBe(0)
    expect(weir.err).toBe('')
    expect(ledgerOf('silent.json')).toMatchObject({ packets: 0, dropped: 0, filtered: null })
  })

  it('a flow on a link that fell silent comes out when its time is over', async () => {
    const weir = await network.observe(['f0', '--idle-timeout', '1'])
    network.ping()
    await weir.until(({ out }) => out.includes('\n'))
    expect(weir.records).toMatchObject([{ pkt_fwd: 1, pkt_rev: 1, end_reason: 'idle' }])
    expect(await weir.end('SIGINT')).toBe(0)
    expect(weir.records).toHaveLength(1)
  })

  it.each(['lo', 'int:any'])('packets on the loopback interface count once: %s', async (source) => {
    const weir = await network.observe([source, '-c', 'basic'])
    network.run(network.far, 'ping', '-q', '-i', '0.1', '-c', '3', '127.0.0.1')
    await new Promise((resolve) => setTimeout(resolve, 100))
    await weir.end('SIGINT')
    // requests and replies have the same two ends
    expect(weir.records).toMatchObject([{ sip: '127.0.0.1', dip: '127.0.0.1', pkt_fwd: 6, pkt_rev: 0 }])
  })

  it('--filter is applied by the kernel, and refused in its own words', async () => {
    const weir = await network.observe(['f0', '-c', 'basic', '--filter', 'icmp[icmptype] == icmp-echo', '--summary', join(directory, 'filter.json')])
    network.ping(3)
    await new Promise((resolve) => setTimeout(resolve, 100))
    await weir.end('SIGINT')
    expect(weir.records).toMatchObject([{ sip: '192.0.2.1', pkt_fwd: 3, pkt_rev: 0 }])
    expect(ledgerOf('filter.json')).toMatchObject({ packets: 3, filtered: null })
    expect(network.run(network.far, process.execPath, 'bin/weir.js', 'observe', 'f0', '--filter', 'nosuch word')).toEqual({ status: 2, out: '', err: "weir: filter 'nosuch word' is refused by libpcap: can't parse filter expression: syntax error\n" })
  })

  it('--snaplen cuts frames', async () => {
    const weir = await network.observe(['f0', '--snaplen', '20', '--summary', join(directory, 'cut.json')])
    network.ping(2)
    await new Promise((resolve) => setTimeout(resolve, 100))
    await weir.end('SIGINT')
    expect(ledgerOf('cut.json')).toMatchObject({ short: 4, in_flows: 0 })
  })

  it.each([[[], 1], [['--no-promiscuous'], 0]] as const)('the interface takes frames for others, unless it is told not to: %s', async (more, promiscuity) => {
    const weir = await network.observe(['f0', ...more])
    const [{ promiscuity: is }] = JSON.parse(network.ip(network.far, '-d', '-j', 'link', 'show', 'f0'))
    expect(is).toBe(promiscuity)
    await weir.end('SIGINT')
  })

  it('--duration and --limit end it', async () => {
    const timed = await network.observe(['f0', '--duration', '300ms'])
    expect(await timed.end()).toBe(0)
    const counted = await network.observe(['f0', '--limit', '3', '-c', 'basic'])
    network.ping(4)
    expect(await counted.end()).toBe(0)
    expect(counted.records).toMatchObject([{ pkt_fwd: 2, pkt_rev: 1 }])
  })

  it('the ledger comes at every interval, and at SIGUSR1', async () => {
    const lines = (text: string): Record<string, number>[] => recordsOf(text) as Record<string, number>[]
    const timed = await network.observe(['f0', '--stats-interval', '200ms'])
    network.ping(2)
    await timed.until(({ err }) => lines(err).some(({ packets }) => packets === 4))
    await timed.end('SIGINT')
    const asked = await network.observe(['f0'])
    // the signal is heard from when the capture has begun
    await new Promise((resolve) => setTimeout(resolve, 500))
    asked.child.kill('SIGUSR1')
    await asked.until(({ err }) => err.includes('\n'))
    expect(lines(asked.err).map(Object.keys)).toEqual([['time', 'active', ...Object.keys(new Ledger())]])
    expect(await asked.end('SIGINT')).toBe(0)
  })

  it('no such interface', () => {
    expect(network.run(network.far, process.execPath, 'bin/weir.js', 'observe', 'int:nosuch')).toEqual({ status: 3, out: '', err: 'weir: nosuch: there is no such interface; there are f0, lo\n' })
  })

  it('no permission: which capability is missing', () => {
    const { status, err } = network.run(network.far, 'setpriv', '--bounding-set=-net_raw', '--inh-caps=-all', process.execPath, 'bin/weir.js', 'observe', 'f0')
    expect([status, err]).toEqual([3, expect.stringMatching(/^weir: f0: cannot be captured on: the capability CAP_NET_RAW is missing: .*\n$/)])
  })

  it('an interface that is down, that goes down, and that goes away', async () => {
    const down = await network.observe(['f0', '-c', 'basic'])
    network.ping(1)
    network.ip(network.far, 'link', 'set', 'f0', 'down')
    expect([await down.end(), down.err]).toEqual([1, 'weir: warning: f0: the interface went down\n'])
    expect(down.records).toMatchObject([{ pkt_fwd: 1, pkt_rev: 1, end_reason: 'forced' }])

    expect(network.run(network.far, process.execPath, 'bin/weir.js', 'observe', 'int:f0')).toEqual({ status: 3, out: '', err: 'weir: f0: is down: ip link set f0 up\n' })

    network.ip(network.far, 'link', 'set', 'f0', 'up')
    const gone = await network.observe(['f0', '-c', 'basic'])
    network.ping(1)
    network.ip(network.far, 'link', 'del', 'f0')
    expect([await gone.end(), gone.err]).toEqual([1, 'weir: warning: f0: the interface is gone\n'])
    expect(gone.records).toMatchObject([{ pkt_fwd: 1, pkt_rev: 1, end_reason: 'forced' }])
    network.plug()
  })
})

describe.skipIf(noReplay !== null)(needing(noReplay, 'int:, replayed'), { timeout: PATIENCE }, () => {
  let network: Network
  let directory: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'weir-'))
    network = new Network('replay')
    // nobody answers
    for (const [space, link] of [[network.near, 'n0'], [network.far, 'f0']]) network.ip(space, 'addr', 'flush', 'dev', link)
    const frames = Array.from({ length: 20_000 }, (_, i) => ({
      time: 1_700_000_000, frame: ethernet({}, ipv4({ source: '192.0.2.1', destination: '192.0.2.2' }, udp({ sourcePort: 1024 + (i % 5000), destinationPort: 53 }, new Uint8Array(300)))),
    }))
    writeFileSync(join(directory, 'fast.pcap'), capture(frames))
  })

  /** @returns how many packets the sender says it sent */
  function send(loops: number): number {
    const { out } = network.run(network.near, 'tcpreplay', '-i', 'n0', '--preload-pcap', '--topspeed', `--loop=${loops}`, join(directory, 'fast.pcap'))
    return Number(/Successful packets:\s+(\d+)/.exec(out)?.[1])
  }
  afterEach(() => network.stop())
  afterAll(() => {
    network.close()
    rmSync(directory, { recursive: true, force: true })
  })

  it.each([['', ''], [', without koffi', 'mount -t tmpfs none node_modules/koffi']])('live equals offline: the records of a capture at its own speed are those of the file, times aside%s', async (_, without) => {
    const live = await network.observe(['f0', '-c', 'basic,tcp,tcpstats,splt,payload'], without || 'true')
    expect(network.run(network.near, 'tcpreplay', '-i', 'n0', WEB).status).toBe(0)
    // tcpdump holds packets back for a second
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect([await live.end('SIGINT'), live.err]).toEqual([0, ''])
    const offline = recordsOf(weir(['observe', WEB, '-c', 'basic,tcp,tcpstats,splt,payload']).out)
    expect(timeless(live.records)).toEqual(timeless(offline))
  })

  it('VLAN tags, which the kernel strips, are put back', async () => {
    const live = await network.observe(['f0', '-c', 'basic,link', '--key', 'flow+vlan'])
    expect(network.run(network.near, 'tcpreplay', '-i', 'n0', '--topspeed', VLAN).status).toBe(0)
    await new Promise((resolve) => setTimeout(resolve, 200))
    await live.end('SIGINT')
    const offline = recordsOf(weir(['observe', VLAN, '-c', 'basic,link', '--key', 'flow+vlan']).out)
    expect(timeless(live.records)).toEqual(timeless(offline))
    expect(live.records.map(({ vlan }) => vlan)).toContain(7)
  })

  it('as fast as it can be sent, nothing is lost, and the ledger proves it', async () => {
    const summary = join(directory, 'fast.json')
    const live = await network.observe(['f0', '--summary', summary])
    const sent = send(20)
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(await live.end('SIGINT')).toBe(0)
    expect(sent).toBeGreaterThan(0)
    expect(JSON.parse(readFileSync(summary, 'utf8'))).toMatchObject({ packets: sent, in_flows: sent, dropped: 0, flows: 5000, records: 5000 })
    expect(live.records.reduce((sum, { pkt_fwd, pkt_rev }) => sum + Number(pkt_fwd) + Number(pkt_rev), 0)).toBe(sent)
  })

  it('what the kernel drops, because nobody reads it, is counted to the packet', async () => {
    const summary = join(directory, 'dropped.json')
    const live = await network.observe(['f0', '--summary', summary, '-o', join(directory, 'dropped.ndjson')])
    live.child.kill('SIGSTOP')
    const sent = send(10)
    live.child.kill('SIGCONT')
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(await live.end('SIGINT')).toBe(0)
    const { packets, dropped } = JSON.parse(readFileSync(summary, 'utf8'))
    expect(dropped).toBeGreaterThan(0)
    expect(packets + dropped).toBe(sent)
  })
})

const noTcpdump = lacks('tcpdump') ?? noPing

describe.skipIf(noTcpdump !== null)(needing(noTcpdump, 'int: where koffi is not installed'), { timeout: PATIENCE }, () => {
  const without = 'mount -t tmpfs none node_modules/koffi'
  let network: Network
  beforeAll(() => { network = new Network('tcpdump') })
  afterEach(() => network.stop())
  afterAll(() => network.close())

  it('tcpdump captures; what it dropped is in the ledger', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'weir-'))
    const weir = await network.observe(['f0', '-c', 'basic', '--idle-timeout', '1', '--summary', join(directory, 'ledger.json')], without)
    network.ping(2)
    await weir.until(({ out }) => out.includes('\n'))
    expect(await weir.end('SIGTERM')).toBe(0)
    expect(weir.records).toMatchObject([{ pkt_fwd: 2, pkt_rev: 2, end_reason: 'idle' }])
    expect(JSON.parse(readFileSync(join(directory, 'ledger.json'), 'utf8'))).toMatchObject({ in_flows: 4, dropped: 0 })
    rmSync(directory, { recursive: true })
  })

  it.each([
    ['int:nosuch', '', /^weir: nosuch: there is no such interface; there are f0, lo$/],
    ['f0', 'setpriv --bounding-set=-net_raw --inh-caps=-all', /^weir: f0: cannot be captured on: the capability CAP_NET_RAW is missing: .*tcpdump$/],
    ['f0', 'env PATH=', /^weir: f0: nothing is here that captures: install libpcap and the npm package koffi, or tcpdump$/],
  ])('%s %s: what is wrong is said', (source, before, message) => {
    const { status, err } = network.run(network.far, 'sh', '-c', `${without} && exec ${before} ${process.execPath} bin/weir.js observe ${source}`)
    expect([status, err.trim()]).toEqual([3, expect.stringMatching(message)])
  })

  it('an interface that goes down', async () => {
    const weir = await network.observe(['f0', '-c', 'basic'], without)
    network.ping(1)
    await new Promise((resolve) => setTimeout(resolve, 1500))
    network.ip(network.far, 'link', 'del', 'f0')
    expect([await weir.end(), weir.err]).toEqual([1, 'weir: warning: f0: the interface is gone\n'])
    expect(weir.records).toMatchObject([{ pkt_fwd: 1, pkt_rev: 1 }])
  })
})

it.skipIf(noNetwork === null)(needing(noNetwork, 'live capture is tested'), () => undefined)

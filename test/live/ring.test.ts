import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { arp, ethernet, fragments4, icmp4Error, ipv4, ipv6, tcp, text, udp, SYN, ACK } from '../../src/testing/build.ts'
import { recordsOf, weir, WEIR } from '../cli/run.ts'
import { later, Link, refused, unless } from './namespaces.ts'

const PATIENCE = 60_000

describe.skipIf(refused !== null)(`ring: captures on an interface${unless}`, { timeout: PATIENCE }, () => {
  let link: Link
  beforeAll(() => { link = new Link() }, PATIENCE)
  afterAll(() => link?.remove())

  it('loses nothing at the highest rate of tcpreplay: the sender counts as many', async () => {
    const frames = Array.from({ length: 2000 }, (_, i) => ethernet({}, ipv4({ source: `10.0.${i % 100}.1`, destination: `10.1.0.${i % 200}` }, tcp({ sourcePort: 1000 + i, destinationPort: 80, flags: ACK }, new Uint8Array(i % 700)))))
    const path = link.file('many.pcap', frames)
    const observation = await link.observe(['ring:in', '-c', 'basic,tcp', '-o', '/dev/null'])
    const sent = link.send(path, '--loop', '200')
    const { ledger, status } = await observation.stop()
    expect({ status, ...ledger }).toMatchObject({ status: 0, packets: sent, in_flows: sent, dropped: 0, flows: 2000, records: 2000 })
    expect(sent).toBe(400_000)
  })

  it.each([[1, []], [2, ['--workers', '2']]])('what the ring has no room for is in the ledger: %i at a time', async (sockets, args) => {
    const frames = Array.from({ length: 500 }, (_, i) => ethernet({}, ipv4({ source: `10.0.0.${i % 250}`, destination: `10.1.0.${i % 100}` }, udp({ sourcePort: i, destinationPort: 9 }, new Uint8Array(1400)))))
    const path = link.file('large.pcap', frames)
    const observation = await link.observe(['ring:in', ...args, '-c', 'basic', '-o', '/dev/null'], sockets)
    observation.process.kill('SIGSTOP')
    const sent = link.send(path, '--loop', '240')
    observation.process.kill('SIGCONT')
    const { ledger } = await observation.stop()
    expect(ledger.packets + ledger.dropped).toBe(sent)
    expect(ledger.dropped).toBeGreaterThan(0)
    expect(ledger.packets).toBeGreaterThan(20_000)
  })

  it('live equals offline: VLAN tags, fragments, errors, what is no IP', async () => {
    const talk = (source: string, destination: string, payload = 'hello'): Uint8Array => ipv4({ source, destination }, udp({ sourcePort: 1000, destinationPort: 2000 }, text(payload)))
    const six = ipv6({ source: '2001:db8::1', destination: '2001:db8::2' }, tcp({ sourcePort: 3, destinationPort: 4, flags: SYN }))
    const frames = [
      ethernet({}, talk('10.0.0.1', '10.0.0.2')),
      ethernet({ vlans: [7] }, talk('10.0.0.1', '10.0.0.2')),
      ethernet({ vlans: [{ vid: 9, pcp: 5, dei: true }] }, six),
      ethernet({ vlans: [{ tpid: 0x88a8, vid: 100 }, 200] }, talk('10.0.0.3', '10.0.0.4')),
      ethernet({ vlans: [0] }, talk('10.0.0.5', '10.0.0.6')),
      ...fragments4(talk('10.0.0.7', '10.0.0.8', 'x'.repeat(3000)), 1000).map((packet) => ethernet({}, packet)),
      ethernet({}, ipv4({ source: '192.0.2.1', destination: '10.0.0.1' }, icmp4Error({ type: 3, code: 1 }, talk('10.0.0.1', '10.0.0.2')))),
      ethernet({}, arp({ sender: '10.0.0.1', target: '10.0.0.2' })),
    ]
    const path = link.file('mixed.pcap', frames)
    const args = ['-c', 'basic,tcp,udp,icmp,link,size,dscp', '--key', 'flow+vlan', '-o', '-']
    const observation = await link.observe(['ring:in', ...args])
    link.send(path)
    const live = await observation.stop()
    const offline = weir(['observe', path, ...args, '--summary', link.path('offline.json')])
    const withoutTimes = (out: string) => recordsOf(out).map((record) => ({ ...record, first: 0, last: 0, time: 0, duration: 0 }))
    expect(withoutTimes(live.out)).toEqual(withoutTimes(offline.out))
    expect(live.ledger).toMatchObject({ packets: frames.length, non_ip: 1, dropped: 0, filtered: null })
  })

  it.each([[1, []], [2, ['--workers', '2']]])('a flow that is silent ends, though nothing comes any more: %i at a time', async (sockets, args) => {
    const observation = await link.observe(['ring:in', ...args, '--idle-timeout', '1', '-c', 'basic', '-o', '-'], sockets)
    link.send(link.file('one.pcap', [ethernet({}, ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }, udp({ sourcePort: 1, destinationPort: 2 })))]))
    while (observation.out === '') await later(50)
    expect(recordsOf(observation.out)).toMatchObject([{ sip: '10.0.0.1', end_reason: 'idle' }])
    expect(await observation.stop()).toMatchObject({ status: 0, ledger: { packets: 1, records: 1 } })
  })

  it('a packet has the time at which it came', async () => {
    const observation = await link.observe(['ring:in', '-c', 'basic', '-o', '-'])
    const before = Date.now() / 1000
    link.send(link.file('one.pcap', [ethernet({}, ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }, udp({ sourcePort: 1, destinationPort: 2 })))]))
    const after = Date.now() / 1000
    const [{ first }] = recordsOf((await observation.stop()).out)
    expect(first).toBeGreaterThan(before)
    expect(first).toBeLessThan(after)
  })

  it('on the loopback interface a packet counts once', async () => {
    link.run('ip', 'link', 'set', 'lo', 'up')
    const observation = await link.observe(['ring:lo', '-c', 'basic', '-o', '-'])
    link.script(`
      import { createSocket } from 'node:dgram'
      const to = createSocket('udp4').bind(7000, '127.0.0.1'), from = createSocket('udp4')
      for (let i = 0; i < 100; i++) await new Promise((done) => from.send('x', 7000, '127.0.0.1', done))
      to.close(), from.close()`)
    const { ledger, out } = await observation.stop()
    expect(ledger).toMatchObject({ packets: 100, in_flows: 100, dropped: 0 })
    expect(recordsOf(out)).toMatchObject([{ sip: '127.0.0.1', dp: 7000, pkt_fwd: 100, pkt_rev: 0 }])
  })

  it('frames without a link header are IP packets', async () => {
    const python = spawnSync('python3', ['-c', 'import fcntl']).status === 0
    if (!python) return console.warn('skipped: a tun interface is written to by python3')
    link.run('ip', 'tuntap', 'add', 'tun9', 'mode', 'tun')
    link.run('ip', 'link', 'set', 'tun9', 'up')
    const observation = await link.observe(['ring:tun9', '-c', 'basic', '-o', '-'])
    const packet = ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }, udp({ sourcePort: 1, destinationPort: 2 }, text('hello')))
    // if_tun.h: TUNSETIFF, IFF_TUN | IFF_NO_PI
    link.run('python3', '-c', `import fcntl,struct,os
tun=os.open('/dev/net/tun',os.O_RDWR); fcntl.ioctl(tun,0x400454ca,struct.pack('16sH22x',b'tun9',0x1001)); os.write(tun,bytes.fromhex('${Buffer.from(packet).toString('hex')}'))`)
    const { out, ledger } = await observation.stop()
    expect(recordsOf(out)).toMatchObject([{ sip: '10.0.0.1', dip: '10.0.0.2', sp: 1, dp: 2, oct_fwd: packet.length }])
    expect(ledger).toMatchObject({ packets: 1, non_ip: 0 })
  })

  /** Frames of a ring, read by a script in the namespace while `path` is sent. */
  async function framesOf(path: string, options: string, then = ''): Promise<{ frames: { hex: string; wire: number; linkType: number }[]; rest: string }> {
    const said = spawnScript(`
      import { openRing } from 'weir/source/live/ring.js'
      import { InterfaceNumbers } from 'weir/source/interface-numbers.js'
      import { Packet } from 'weir/packet/packet.js'
      const source = await openRing('in', { snaplen: 262144, promiscuous: true, filter: null, interfaces: new InterfaceNumbers(), ${options} })
      const packet = new Packet(), frames = []
      for (const until = Date.now() + 2500; Date.now() < until; ) {
        while (source.next(packet)) frames.push({ hex: Buffer.from(packet.bytes.subarray(packet.start, packet.start + packet.capturedLength)).toString('hex'), wire: packet.wireLength, linkType: packet.linkType })
        await source.refill()
      }
      await source.close()
      let rest = ''
      ${then}
      console.log(JSON.stringify({ frames, rest }))`)
    while (link.listening() < 1) await later(20)
    await later(200)
    link.send(path)
    return JSON.parse(await said)
  }

  /** As `Link.script`, beside what the test does. */
  async function spawnScript(code: string): Promise<string> {
    const { spawn } = await import('node:child_process')
    const { writeFileSync } = await import('node:fs')
    writeFileSync(link.path('beside.mjs'), code.replaceAll('weir/', `${WEIR.replace(/bin\/weir\.js$/, '')}dist/`))
    const child = spawn('ip', ['netns', 'exec', link.receiver, process.execPath, '--expose-gc', link.path('beside.mjs')])
    let out = '', err = ''
    child.stdout.on('data', (octets: Buffer) => (out += octets.toString()))
    child.stderr.on('data', (octets: Buffer) => (err += octets.toString()))
    return new Promise((resolve, reject) => child.on('close', (status, signal) => (status === 0 ? resolve(out) : reject(new Error(`status ${status} ${signal}: ${err}`)))))
  }

  const datagram = (port: number, vlans: number[] = []): Uint8Array => ethernet({ vlans }, ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }, udp({ sourcePort: 9, destinationPort: port }, text('some words'))))
  const hexOf = (frame: Uint8Array): string => Buffer.from(frame).toString('hex')

  it('the kernel filters, also by VLAN tags that it has taken out of the frame', async () => {
    const path = link.file('ports.pcap', [datagram(53), datagram(54), datagram(53, [7]), datagram(54, [7])])
    const { frames } = await framesOf(path, "filter: 'vlan 7 and udp port 53'")
    expect(frames).toEqual([{ hex: hexOf(datagram(53, [7])), wire: datagram(53, [7]).length, linkType: 1 }])
  })

  it('as much of a frame is captured as is wanted, a VLAN tag included', async () => {
    const path = link.file('ports.pcap', [datagram(53), datagram(53, [7])])
    const { frames } = await framesOf(path, 'snaplen: 40')
    expect(frames).toEqual([datagram(53), datagram(53, [7])].map((frame) => ({ hex: hexOf(frame.subarray(0, 40)), wire: frame.length, linkType: 1 })))
  })

  it('a view that somebody kept shows zeros when the ring is closed', async () => {
    const { rest } = await framesOf(link.file('ports.pcap', [datagram(53)]), '', 'globalThis.gc(); rest = [...packet.bytes.subarray(packet.start, packet.start + 4)].join()')
    expect(rest).toBe('0,0,0,0')
  })

  it('what it is not let through is an error that says what to do', async () => {
    const { receiver } = link
    const tried = (...command: string[]) => spawnSync('ip', ['netns', 'exec', receiver, ...command], { encoding: 'utf8' })
    const observed = (source: string) => tried(process.execPath, WEIR, 'observe', source)
    expect(observed('ring:nosuch')).toMatchObject({ status: 3, stdout: '', stderr: expect.stringMatching(/^weir: nosuch: there is no such interface; there are .*in/) })
    link.run('ip', 'link', 'add', 'idle', 'type', 'veth', 'peer', 'name', 'other')
    expect(observed('ring:idle')).toMatchObject({ status: 3, stderr: 'weir: idle: is down: ip link set idle up\n' })
    expect(tried('setpriv', '--bounding-set=-net_raw', process.execPath, WEIR, 'observe', 'ring:in')).toMatchObject({ status: 3, stderr: expect.stringContaining('the capability CAP_NET_RAW is missing') })
  })

  it.each([
    ['goes down', ['link', 'set', 'idle', 'down'], 'idle: the interface went down'],
    ['goes away', ['link', 'del', 'idle'], 'idle: the interface is gone'],
  ])('an interface that %s ends the capture, and what was seen is written', async (_, command, message) => {
    spawnSync('ip', ['-n', link.receiver, 'link', 'add', 'idle', 'type', 'veth', 'peer', 'name', 'other'])
    for (const name of ['idle', 'other']) link.run('ip', 'link', 'set', name, 'up')
    const observation = await link.observe(['ring:idle', '-c', 'basic', '-o', '-'])
    const path = link.file('one.pcap', [datagram(53), datagram(54)])
    link.run('tcpreplay', '-q', '-i', 'other', path)
    link.run('ip', ...command)
    const { status, err, out } = await observation.end()
    expect({ status, err, flows: recordsOf(out).length }).toEqual({ status: 1, err: `weir: warning: ${message}\n`, flows: 2 })
  })
})

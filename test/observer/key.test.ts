import { describe, expect, it } from 'vitest'

import { defineChain, type Frame } from '../../src/index.ts'
import { authentication, dccp, destinationOptions, ethernet, fragment, hopByHop, icmp4, icmp6, ipv4, ipv6, routing, sctp, sll, SYN, tcp, udp, udplite } from '../../src/testing/build.ts'
import { CLIENT, CLIENT6, datagram, observed, type ObservedRecord, segment, SERVER, SERVER6, type Step } from './observed.ts'

const ports = { sourcePort: 1024, destinationPort: 53 }
const answer = { sourcePort: 53, destinationPort: 1024 }
const there = { source: CLIENT, destination: SERVER }, back = { source: SERVER, destination: CLIENT }
const there6 = { source: CLIENT6, destination: SERVER6 }, back6 = { source: SERVER6, destination: CLIENT6 }
const eth = (packet: Uint8Array): Uint8Array => ethernet({}, packet)

async function flows(frames: readonly (Uint8Array | [Uint8Array, Partial<Frame>])[], key?: string): Promise<string[]> {
  const steps = frames.map((frame, i): Step => (frame instanceof Uint8Array ? [i / 1000, frame] : [i / 1000, ...frame]))
  const { records } = await observed(steps, key === undefined ? {} : { key })
  return records.map(shown)
}
const shown = ({ sip, dip, proto, sp, dp, pkt_fwd, pkt_rev }: ObservedRecord): string => `${sip} ${sp} > ${dip} ${dp} ${proto}: ${pkt_fwd}/${pkt_rev}`

describe('the default key', () => {
  it('is addresses, protocol and ports, of both directions', async () => {
    expect(await flows([datagram(), datagram({ back: true }), segment(SYN), datagram({ port: 1025 }), datagram({ six: true }), datagram({ six: true, back: true })])).toEqual([
      `${CLIENT} 1024 > ${SERVER} 53 17: 1/1`, `${CLIENT} 1024 > ${SERVER} 53 6: 1/0`, `${CLIENT} 1025 > ${SERVER} 53 17: 1/0`, `${CLIENT6} 1024 > ${SERVER6} 53 17: 1/1`,
    ])
  })

  it.each([
    ['TCP', 6, tcp(ports), tcp(answer)], ['UDP', 17, udp(ports), udp(answer)], ['UDP-Lite', 136, udplite(ports), udplite(answer)], ['DCCP', 33, dccp(ports), dccp(answer)], ['SCTP', 132, sctp(ports), sctp(answer)],
  ])('has ports for %s', async (_, protocol, forth, reply) => {
    expect(await flows([eth(ipv4(there, forth)), eth(ipv4(back, reply)), eth(ipv6(there6, forth)), eth(ipv6(back6, reply))])).toEqual([`${CLIENT} 1024 > ${SERVER} 53 ${protocol}: 1/1`, `${CLIENT6} 1024 > ${SERVER6} 53 ${protocol}: 1/1`])
  })

  it('has none for every other protocol, whatever stands where ports would', async () => {
    const others = Array.from({ length: 256 }, (_, protocol) => protocol).filter((protocol) => ![6, 17, 33, 132, 136].includes(protocol))
    const frames = others.flatMap((protocol) => [eth(ipv4({ ...there, protocol }, Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7))), eth(ipv4({ ...back, protocol }, Uint8Array.of(0, 9, 9, 9, 9, 9, 9, 9)))])
    expect(await flows(frames)).toEqual(others.map((protocol) => `${CLIENT} null > ${SERVER} null ${protocol}: 1/1`))
  })

  it('tells ICMP from ICMPv6, and knows no types', async () => {
    expect(await flows([eth(ipv4(there, icmp4({ type: 8 }))), eth(ipv4(back, icmp4({ type: 0 }))), eth(ipv6(there6, icmp6({ type: 128 }))), eth(ipv6(back6, icmp6({ type: 129 })))])).toEqual([`${CLIENT} null > ${SERVER} null 1: 1/1`, `${CLIENT6} null > ${SERVER6} null 58: 1/1`])
  })

  it('is of the protocol behind IPv6 extension headers', async () => {
    const wraps: ((inner: Uint8Array) => Uint8Array)[] = [(inner) => inner, (inner) => hopByHop({}, inner), (inner) => destinationOptions({}, inner), (inner) => routing({ segmentsLeft: 0 }, inner), (inner) => authentication({}, inner), (inner) => fragment({}, inner), (inner) => hopByHop({}, fragment({}, destinationOptions({}, inner)))]
    expect(await flows(wraps.flatMap((wrap) => [eth(ipv6(there6, wrap(udp(ports)))), eth(ipv6(back6, wrap(udp(answer))))]))).toEqual([`${CLIENT6} 1024 > ${SERVER6} 53 17: 7/7`])
  })

  it('does not look at VLANs, interfaces or link types', async () => {
    const packet = ipv4(there, udp(ports))
    expect(await flows([ethernet({ vlans: [1] }, packet), ethernet({ vlans: [2, 3] }, packet), [eth(packet), { interfaceId: 5 }], [sll({}, packet), { linkType: 113 }]])).toEqual([`${CLIENT} 1024 > ${SERVER} 53 17: 4/0`])
  })

  it('tells the ends apart by their ports where the addresses are the same', async () => {
    const self = { source: CLIENT, destination: CLIENT }
    expect(await flows([eth(ipv4(self, udp(ports))), eth(ipv4(self, udp(answer))), eth(ipv4(self, udp(ports)))])).toEqual([`${CLIENT} 1024 > ${CLIENT} 53 17: 2/1`])
  })

  it('tells addresses apart where the ports are the same', async () => {
    const same = { sourcePort: 123, destinationPort: 123 }
    expect(await flows([eth(ipv4(back, udp(same))), eth(ipv4(there, udp(same))), eth(ipv6(back6, udp(same))), eth(ipv6(there6, udp(same)))])).toEqual([`${SERVER} 123 > ${CLIENT} 123 17: 1/1`, `${SERVER6} 123 > ${CLIENT6} 123 17: 1/1`])
  })

  it('does not mix up which port is whose', async () => {
    expect(await flows([eth(ipv4(there, udp(ports))), eth(ipv4(there, udp(answer))), eth(ipv4(back, udp(ports)))])).toEqual([`${CLIENT} 1024 > ${SERVER} 53 17: 1/0`, `${CLIENT} 53 > ${SERVER} 1024 17: 1/1`])
  })

  it('whose ends are equal has one direction', async () => {
    for (const packet of [ipv4({ source: CLIENT, destination: CLIENT }, udp({ sourcePort: 9, destinationPort: 9 })), ipv6({ source: CLIENT6, destination: CLIENT6 }, icmp6({ type: 128 }))]) {
      const seen: boolean[] = []
      const { records } = await observed([[0, eth(packet)], [0, eth(packet)]], { chains: [defineChain({ name: 'x', doc: '', ip(_flow, _ip, rev) { seen.push(rev) } })] })
      expect([records.length, records[0].pkt_fwd, seen]).toEqual([1, 2, [false, false]])
    }
  })

  it('tells IPv4 from IPv6 that holds it', async () => {
    expect(await flows([eth(ipv4(there, udp(ports))), eth(ipv6({ source: `::ffff:${CLIENT}`, destination: `::ffff:${SERVER}` }, udp(ports)))])).toHaveLength(2)
  })

  it('tells IPv6 addresses apart that differ in one bit', async () => {
    const frames = Array.from({ length: 128 }, (_, bit) => {
      const packet = ipv6(there6, udp({ ...ports, checksum: 1 }))
      packet[8 + (bit >> 3)] ^= 0x80 >> (bit & 7)
      return eth(packet)
    })
    expect(await flows(frames)).toHaveLength(128)
  })
})

describe('hosts', () => {
  it('is the two addresses; the rest is what the first packet said', async () => {
    expect(await flows([segment(SYN, { port: 5 }), datagram({ back: true }), eth(ipv4(there, icmp4({ type: 8 }))), datagram({ six: true, port: 7 }), segment(SYN, { six: true, back: true })], 'hosts')).toEqual([`${CLIENT} 5 > ${SERVER} 53 6: 2/1`, `${CLIENT6} 7 > ${SERVER6} 53 17: 1/1`])
  })

  it('has one direction where both ends are equal', async () => {
    const self = { source: CLIENT, destination: CLIENT }
    expect(await flows([eth(ipv4(self, udp(ports))), eth(ipv4(self, udp(answer)))], 'hosts')).toEqual([`${CLIENT} 1024 > ${CLIENT} 53 17: 2/0`])
  })
})

describe('aggregate', () => {
  it('is one flow, and forward', async () => {
    expect(await flows([datagram({ six: true }), datagram({ back: true }), segment(SYN, { port: 9 }), datagram({ six: true, back: true })], 'aggregate')).toEqual([`${CLIENT6} 1024 > ${SERVER6} 53 17: 4/0`])
  })

  it('still ends when it is idle', async () => {
    const { records } = await observed([[0, datagram()], [31, segment(SYN)]], { key: 'aggregate' })
    expect(records.map(({ proto, end_reason }) => [proto, end_reason])).toEqual([[17, 'idle'], [6, 'forced']])
  })
})

describe('what a key goes on with', () => {
  const tagged = (...vlans: number[]): Uint8Array => ethernet({ vlans }, ipv4(there, udp(ports)))
  const count = async (frames: Parameters<typeof flows>[0], key: string): Promise<number[]> => (await flows(frames, key)).map((line) => Number(/: (\d+)/.exec(line)![1]))

  it('+vlan: the two outermost tags, and none is not 0', async () => {
    const frames = [tagged(), tagged(0), tagged(1), tagged(1, 0), tagged(1, 2), tagged(2, 1), tagged(1, 2, 3), tagged(), tagged(1, 2), tagged(0)]
    expect(await count(frames, 'flow+vlan')).toEqual([2, 2, 1, 1, 3, 1])
    expect(await count(frames, 'hosts+vlan')).toEqual([2, 2, 1, 1, 3, 1])
    expect(await count(frames, 'aggregate+vlan')).toEqual([2, 2, 1, 1, 3, 1])
  })

  it('+interface', async () => {
    const on = (interfaceId: number): [Uint8Array, Partial<Frame>] => [tagged(interfaceId), { interfaceId }]
    expect(await count([on(0), on(1), on(2), on(1), on(0), on(100_000)], 'flow+interface')).toEqual([2, 2, 1, 1])
    expect(await count([on(0), on(1), on(2), on(1), on(0)], 'aggregate+interface')).toEqual([2, 2, 1])
  })

  it('+vlan+interface, in either order', async () => {
    const frames: [Uint8Array, Partial<Frame>][] = [[tagged(1), { interfaceId: 0 }], [tagged(1), { interfaceId: 1 }], [tagged(2), { interfaceId: 1 }], [tagged(1), { interfaceId: 1 }]]
    expect(await count(frames, 'flow+vlan+interface')).toEqual([1, 2, 1])
    expect(await count(frames, 'flow+interface+vlan')).toEqual([1, 2, 1])
  })

  it('holds for many: every VLAN its own flow, both directions in one', async () => {
    const frames = Array.from({ length: 1000 }, (_, i) => ethernet({ vlans: [(i * 7) % 100] }, i < 500 ? ipv4(there, udp(ports)) : ipv4(back, udp(answer))))
    expect(await flows(frames, 'flow+vlan')).toEqual(Array(100).fill(`${CLIENT} 1024 > ${SERVER} 53 17: 5/5`))
  })
})

describe('a key that is none', () => {
  it.each(['', 'flows', 'Flow', 'flow+', 'flow+vlans', 'vlan', 'flow vlan', 'hosts+aggregate', '+vlan'])('is an OptionError that says what it may be: %j', async (key) => {
    await expect(observed([], { key })).rejects.toMatchObject({ name: 'OptionError', code: 'WEIR_OPTION_KEY', message: expect.stringContaining(`'${key}'`) as string })
  })
})

describe('flow.key', () => {
  it.each([
    ['flow', false], ['flow', true], ['hosts', true], ['aggregate', false], ['flow+vlan+interface', true],
  ])('has the same in every hook: %s, IPv6 %o', async (key, six) => {
    const seen: unknown[] = []
    const look = (hook: string) => (flow: { readonly key: { readonly ipVersion: number; readonly protocol: number; readonly sourceAddress: string; readonly destinationAddress: string; readonly sourcePort: number | null; readonly destinationPort: number | null; readonly number: number; readonly part: number } }): void => {
      const { ipVersion, protocol, sourceAddress, destinationAddress, sourcePort, destinationPort, number, part } = flow.key
      seen.push([hook, ipVersion, protocol, sourceAddress, destinationAddress, sourcePort, destinationPort, number, part])
    }
    const chain = defineChain({ name: 'look', doc: '', newFlow: look('newFlow'), ip: look('ip'), udp: look('udp'), end: look('end') })
    await observed([[0, ethernet({}, Uint8Array.of(1))], [1, datagram({ six })], [2, datagram({ six, back: key !== 'aggregate' })]], { chains: [chain], key })
    const expected = [six ? 6 : 4, 17, six ? CLIENT6 : CLIENT, six ? SERVER6 : SERVER, 1024, 53, 2, 1]
    expect(seen).toEqual(['newFlow', 'ip', 'udp', 'ip', 'udp', 'end'].map((hook) => [hook, ...expected]))
  })

  it('has no ports for protocols without them', async () => {
    const seen: unknown[] = []
    await observed([[0, eth(ipv4(there, icmp4({ type: 8 })))]], { chains: [defineChain({ name: 'x', doc: '', newFlow(flow) { seen.push(flow.key.sourcePort, flow.key.destinationPort) } })] })
    expect(seen).toEqual([null, null])
  })
})

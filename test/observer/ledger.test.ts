import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { defineChain, type Frame, IGNORE, MemorySource, observe, type PacketSource } from '../../src/index.ts'
import { arp, destinationOptions, ethernet, fragment, fragments4, hopByHop, icmp4, icmp4Error, icmp6, ipv4, ipv6, nullLink, routing, sctp, sll, SYN, tcp, udp } from '../../src/testing/build.ts'
import { CLIENT, CLIENT6, datagram, expectBalance, observed, segment, SERVER, SERVER6, type Step } from './observed.ts'

const ends = { source: CLIENT, destination: SERVER }
const ends6 = { source: CLIENT6, destination: SERVER6 }
const ports = { sourcePort: 1024, destinationPort: 53 }
const whole = ethernet({}, ipv4(ends, udp(ports)))
const later = ethernet({}, fragments4(ipv4({ ...ends, identification: 9 }, udp(ports, new Uint8Array(64))), 32)[1])
const cut = (frame: Uint8Array, to: number) => [0, frame.subarray(0, to), { wireLength: frame.length }] as const
/** A frame that is as short as that on the wire. */
const runt = (frame: Uint8Array, to: number) => [0, frame.subarray(0, to)] as const

describe('every packet has one fate', () => {
  it.each<[string, string, Step]>([
    ['UDP in IPv4', 'in_flows', [0, whole]],
    ['TCP in IPv6', 'in_flows', [0, segment(SYN, { six: true })]],
    ['a protocol nobody knows', 'in_flows', [0, ethernet({}, ipv4({ ...ends, protocol: 200 }, new Uint8Array(3)))]],
    ['a packet without payload', 'in_flows', [0, ethernet({}, ipv6(ends6))]],
    ['no header but its ports', 'in_flows', cut(whole, 14 + 20 + 4)],
    ['ARP', 'non_ip', [0, ethernet({}, arp({ sender: CLIENT, target: SERVER }))]],
    ['an 802.3 length', 'non_ip', [0, ethernet({ etherType: 46 }, new Uint8Array(46))]],
    ['an empty frame', 'non_ip', [0, new Uint8Array(0)]],
    ['a runt without an EtherType', 'non_ip', runt(whole, 13)],
    ['a link type that is not known', 'non_ip', [0, whole, { linkType: 147 }]],
    ['another family than IP', 'non_ip', [0, nullLink({ family: 7 }, ipv4(ends)), { linkType: 0 }]],
    ['a capture cut in the link header', 'short', cut(whole, 13)],
    ['a capture cut in a tag', 'short', cut(ethernet({ vlans: [7] }, ipv4(ends, udp(ports))), 15)],
    ['a capture cut in the IP header', 'short', cut(whole, 14 + 19)],
    ['a capture cut in the ports', 'short', cut(whole, 14 + 23)],
    ['a capture cut in the extension headers', 'short', cut(ethernet({}, ipv6(ends6, hopByHop({}, udp(ports)))), 14 + 40 + 7)],
    ['a frame that ends in the IP header', 'malformed', runt(whole, 14 + 19)],
    ['a frame that ends in the ports, though its length says more', 'malformed', runt(whole, 14 + 23)],
    ['a frame that ends in the extension headers, though its length says more', 'malformed', runt(ethernet({}, ipv6(ends6, hopByHop({}, udp(ports)))), 14 + 40 + 7)],
    ['another version than the EtherType', 'malformed', [0, ethernet({}, ipv4({ ...ends, version: 6 }, udp(ports)))]],
    ['a header length below 20', 'malformed', [0, ethernet({}, ipv4({ ...ends, ihl: 4 }, udp(ports)))]],
    ['a total length below the header', 'malformed', [0, ethernet({}, ipv4({ ...ends, totalLength: 19 }, udp(ports)))]],
    ['ports behind the total length', 'malformed', [0, ethernet({}, ipv4({ ...ends, totalLength: 23 }, udp(ports)))]],
    ['ports behind the payload length', 'malformed', [0, ethernet({}, ipv6({ ...ends6, payloadLength: 3 }, udp(ports)))]],
    ['an extension header behind the payload length', 'malformed', [0, ethernet({}, ipv6(ends6, destinationOptions({ headerExtensionLength: 200 }, udp(ports))))]],
    ['a fragment that is not the first', 'orphan_fragments', [0, later]],
    ['an IPv6 fragment that is not the first', 'orphan_fragments', [0, ethernet({}, ipv6(ends6, fragment({ fragmentOffset: 4, nextHeader: 6 }, new Uint8Array(8))))]],
  ])('%s: %s', async (_, fate, step) => {
    const { ledger } = await observed([step])
    expect(ledger).toMatchObject({ packets: 1, [fate]: 1 })
  })

  it('vetoed, where a chain does not want the flow', async () => {
    const none = defineChain({ name: 'none', doc: '', newFlow: () => IGNORE })
    const { ledger } = await observed([[0, whole], [0, whole], [0, later]], { chains: [none] })
    expect(ledger).toMatchObject({ packets: 3, vetoed: 2, orphan_fragments: 1, flows: 0, flows_vetoed: 1, records: 0 })
  })

  it('checksums are not verified', async () => {
    const { ledger } = await observed([[0, ethernet({}, ipv4({ ...ends, headerChecksum: 1 }, udp({ ...ports, checksum: 1 })))]])
    expect(ledger.in_flows).toBe(1)
  })
})

describe('the ledger', () => {
  it('has these entries, and is an object of numbers', async () => {
    const { ledger } = await observed([[0, whole]])
    expect(JSON.parse(JSON.stringify(ledger))).toEqual({
      packets: 1, in_flows: 1, vetoed: 0, non_ip: 0, short: 0, malformed: 0, orphan_fragments: 0, filtered: null, dropped: null,
      flows: 1, flows_vetoed: 0, active_cuts: 0, records: 1,
    })
  })

  it('balances in every hook, with the packet that the hook sees', async () => {
    let seen = 0
    const balance = defineChain({
      name: 'balance', doc: '',
      ip() { expectBalance(observer.ledger); expect(observer.ledger.packets).toBe(++seen) },
    })
    const frames = Array.from({ length: 100 }, (_, i): Frame => ({ bytes: datagram({ port: i % 7 }), seconds: i }))
    const observer = observe(new MemorySource(frames), { chains: [balance] })
    for await (const _ of observer) expectBalance(observer.ledger)
    expect(seen).toBe(100)
  })

  it('tells what the source knows of packets it did not give', async () => {
    const source: PacketSource = { name: 'x', next: () => false, refill: async () => false, close: async () => undefined, position: 0, size: null, filtered: 3, dropped: 4, fault: null }
    const observer = observe(source)
    for await (const _ of observer);
    expect(observer.ledger).toMatchObject({ filtered: 3, dropped: 4, packets: 0 })
  })
})

const FRAMES = [
  whole, later, datagram({ six: true }), segment(SYN), segment(SYN, { six: true, back: true }),
  ethernet({}, ipv4(ends, icmp4({ type: 8 }))), ethernet({}, ipv6(ends6, icmp6({ type: 128 }))), ethernet({}, ipv4(ends, icmp4Error({}, ipv4(ends, udp(ports))))),
  ethernet({}, ipv4(ends, sctp(ports))), ethernet({ vlans: [1, 2, 3] }, ipv6(ends6, hopByHop({}, routing({ addresses: [CLIENT6] }, destinationOptions({}, tcp(ports)))))),
  ethernet({}, ipv6(ends6, fragment({ m: true, identification: 3 }, udp(ports, new Uint8Array(16))))), ethernet({}, ipv6(ends6, fragment({ fragmentOffset: 3, nextHeader: 17, identification: 3 }, new Uint8Array(9)))),
  ethernet({}, fragments4(ipv4({ ...ends, identification: 9 }, udp(ports, new Uint8Array(64))), 32)[0]), ethernet({}, arp({ sender: CLIENT, target: SERVER })),
  sll({}, ipv4(ends, udp(ports))), nullLink({}, ipv6(ends6, udp(ports))),
]

/** A frame that may be broken: octets changed, its end cut, and of any link type. */
const anyFrame: fc.Arbitrary<Frame> = fc.record({
  frame: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...FRAMES) }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 90 }) }),
  changes: fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { maxLength: 3 }),
  keep: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
  cutByCapture: fc.boolean(),
  linkType: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constantFrom(0, 12, 14, 101, 108, 113, 228, 229, 276, 147, 65535) }),
  seconds: fc.oneof(fc.nat(100), fc.nat(4_294_967_295)),
  nanoseconds: fc.nat(999_999_999),
  stamped: fc.boolean(),
}).map(({ frame, changes, keep, cutByCapture, ...more }) => {
  const octets = frame.slice()
  for (const [at, value] of changes) if (at < octets.length) octets[at] = value
  const bytes = octets.subarray(0, Math.ceil(octets.length * keep))
  return { ...more, bytes, ...(cutByCapture && { wireLength: octets.length }) }
})

describe('whatever the packets', () => {
  it('nothing throws, and the ledger balances', async () => {
    await fc.assert(fc.asyncProperty(fc.array(anyFrame, { maxLength: 60 }), fc.constantFrom('flow', 'hosts', 'aggregate', 'flow+vlan+interface'), fc.constantFrom(1, 2, 50), async (frames, key, maxFlows) => {
      const steps = frames.map(({ bytes, seconds, nanoseconds, ...more }): Step => [`${seconds}.${String(nanoseconds).padStart(9, '0')}`, bytes, more])
      const { ledger } = await observed(steps, { key, maxFlows, epoch: 0, activeTimeout: 20 })
      expect(ledger.packets).toBe(frames.length)
    }), { numRuns: 150 })
  })
})

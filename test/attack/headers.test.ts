import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { builtinChains, type Frame } from '../../src/index.ts'
import { authentication, destinationOptions, ethernet, fragment, hex, hopByHop, icmp4, icmp4Error, icmp6, icmp6Error, ipv4, ipv6, join, nullLink, routing, sctp, sll, sll2, SYN, tcp, tcpOption, text, udp } from '../../src/testing/build.ts'
import { CLIENT, CLIENT6, observed, SERVER, SERVER6, type Step } from '../observer/observed.ts'

const ends = { source: CLIENT, destination: SERVER }, ends6 = { source: CLIENT6, destination: SERVER6 }
const ports = { sourcePort: 1024, destinationPort: 53 }
const chains = [...builtinChains.values()]

/** What becomes of these packets when every chain looks at them; `observed` has checked the ledger. */
async function fates(packets: readonly Uint8Array[]): Promise<Record<string, number>> {
  const { ledger: { in_flows, short, malformed, non_ip, orphan_fragments, flows } } = await observed(packets.map((packet): Step => [0, ethernet({}, packet)]), { chains })
  expect(in_flows + short + malformed + non_ip + orphan_fragments).toBe(packets.length)
  return { in_flows, short, malformed, flows }
}
const upTo = (most: number): number[] => Array.from({ length: most + 1 }, (_, n) => n)

/** Option lists of a length: nothing, no operation, no end, lengths of 0, 1 and too much, and a random one. */
function optionLists(length: number): Uint8Array[] {
  const fill = (octet: number): Uint8Array => new Uint8Array(length).fill(octet)
  const pairs = (kind: number, size: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i % 2 === 0 ? kind : size))
  return [fill(0), fill(1), fill(2), fill(255), pairs(8, 0), pairs(8, 1), pairs(3, 2), pairs(5, 255), pairs(68, length), Uint8Array.from({ length }, (_, i) => (i * 151 + length * 7) & 255)]
}

describe('option lists of every length', () => {
  it('of IPv4: a packet is its flow', async () => {
    const packets = upTo(40).flatMap((length) => optionLists(length).map((options) => ipv4({ ...ends, options }, udp(ports))))
    expect(await fates(packets)).toMatchObject({ in_flows: packets.length, flows: 1 })
  })

  it('of TCP: a segment is its flow, whatever is in them', async () => {
    const packets = upTo(40).flatMap((length) => optionLists(length).flatMap((options) => [SYN, 16].map((flags) => ipv4(ends, tcp({ ...ports, flags, options })))))
    expect(await fates(packets)).toMatchObject({ in_flows: packets.length, flows: 1 })
  })

  it('of TCP, that say another length than there is', async () => {
    const options = join(tcpOption(2, hex('05b4')), tcpOption(8, new Uint8Array(8)))
    const packets = upTo(15).map((dataOffset) => ipv4(ends, tcp({ ...ports, flags: SYN, dataOffset, options })))
    expect(await fates(packets)).toMatchObject({ in_flows: 16, flows: 1 })
  })

  it('of TCP, cut by the capture at every octet', async () => {
    const frame = ethernet({}, ipv4(ends, tcp({ ...ports, flags: SYN, options: optionLists(40)[7] })))
    const { ledger } = await observed(upTo(frame.length).map((to): Step => [0, frame.subarray(0, to), { wireLength: frame.length }]), { chains })
    // link and IP header, and ports
    expect(ledger).toMatchObject({ short: 14 + 20 + 4, in_flows: frame.length + 1 - 38 })
  })

  it('of IPv4, whose header length says anything', async () => {
    const packets = upTo(15).map((ihl) => ipv4({ ...ends, ihl }, udp(ports, new Uint8Array(40))))
    // below 5 words it is no header; above, options; the datagram's own octets are its ports, then
    expect(await fates(packets)).toMatchObject({ malformed: 5, in_flows: 11 })
  })
})

describe('chains of IPv6 extension headers', () => {
  const kinds: ((inner: Uint8Array) => Uint8Array)[] = [
    (inner) => hopByHop({}, inner), (inner) => destinationOptions({}, inner), (inner) => routing({ segmentsLeft: 0 }, inner), (inner) => authentication({}, inner), (inner) => fragment({}, inner),
  ]
  const chainOf = (length: number, inner: Uint8Array): Uint8Array => upTo(length - 1).reduce((wrapped, i) => kinds[i % kinds.length](wrapped), inner)

  it('of every length, up to the whole packet: the packet is its flow', async () => {
    const packets = [...upTo(60), 300, 1000].map((length) => ipv6(ends6, length === 0 ? udp(ports) : chainOf(length, udp(ports))))
    expect(await fates(packets)).toMatchObject({ in_flows: packets.length, flows: 1 })
  })

  it('of 8 octets each, 8000 of them in one packet', async () => {
    const chain = new Uint8Array(8 * 8000)
    for (let at = 0; at < chain.length; at += 8) chain[at] = at + 8 < chain.length ? 60 : 17
    expect(await fates([ipv6({ ...ends6, nextHeader: 60 }, join(chain, udp(ports)))])).toMatchObject({ in_flows: 1 })
    expect(await fates([ipv6({ ...ends6, nextHeader: 60 }, chain)])).toMatchObject({ malformed: 1 })
  })

  it('cut by the capture at every octet: short, until the ports are there', async () => {
    const frame = ethernet({}, ipv6(ends6, chainOf(10, udp(ports))))
    const { ledger } = await observed(upTo(frame.length).map((to): Step => [0, frame.subarray(0, to), { wireLength: frame.length }]), { chains })
    expect(ledger).toMatchObject({ in_flows: 5, short: frame.length + 1 - 5 })
  })

  it('that end before they say: malformed', async () => {
    const chain = chainOf(5, udp(ports))
    const nextHeader = ipv6(ends6, chain)[6]
    const packets = upTo(chain.length).slice(1).map((payloadLength) => ipv6({ ...ends6, nextHeader, payloadLength }, chain.slice()))
    // UDP's 8 octets are the last; its ports are half of them
    expect(await fates(packets)).toMatchObject({ in_flows: 5, malformed: packets.length - 5 })
  })

  it('that lead nowhere, or to themselves: each of 256 next headers, with every length', async () => {
    const packets = upTo(255).flatMap((nextHeader) => [0, 1, 255].map((headerExtensionLength) => ipv6(ends6, destinationOptions({ nextHeader, headerExtensionLength }, new Uint8Array(64)))))
    await fates(packets)
  })
})

describe('ICMP errors in ICMP errors', () => {
  it('are about the packet that the outermost quotes, however deep they are', async () => {
    const deep = (levels: number): Uint8Array => upTo(levels - 1).reduce((quoted, i) => ipv4({ source: `192.0.2.${100 + i % 100}`, destination: CLIENT }, icmp4Error({ type: 3 + (i % 2) * 8 }, quoted, quoted.length)), ipv4(ends, udp(ports)))
    const packets = [1, 2, 3, 10, 50, 1000].map(deep)
    expect(await fates(packets)).toMatchObject({ in_flows: packets.length })
    const deep6 = (levels: number): Uint8Array => upTo(levels - 1).reduce((quoted) => ipv6({ source: SERVER6, destination: CLIENT6 }, icmp6Error({ type: 1 }, quoted, quoted.length)), ipv6(ends6, udp(ports)))
    expect(await fates([1, 2, 3, 10, 50].map(deep6))).toMatchObject({ in_flows: 5, flows: 2 })
  })

  it('whose quotes are cut at every octet', async () => {
    const nested = ipv4({ source: SERVER, destination: CLIENT }, icmp4Error({}, ipv4(ends, icmp4Error({}, ipv4(ends, udp(ports)), 28)), 76))
    const frame = ethernet({}, nested)
    const { ledger } = await observed(upTo(frame.length).map((to): Step => [0, frame.subarray(0, to), { wireLength: frame.length }]), { chains })
    expect(ledger).toMatchObject({ short: 34, in_flows: frame.length + 1 - 34 })
  })
})

describe('nothing at all', () => {
  const links: [number, (payload: Uint8Array) => Uint8Array][] = [[1, (payload) => ethernet({ etherType: 0x0800 }, payload)], [0, (payload) => nullLink({ family: 2 }, payload)], [101, (payload) => payload], [113, (payload) => sll({ protocolType: 0x0800 }, payload)], [276, (payload) => sll2({ protocolType: 0x0800 }, payload)], [228, (payload) => payload], [229, (payload) => payload]]

  it('zeros of every length, in every link layer', async () => {
    const steps = links.flatMap(([linkType, wrap]) => upTo(80).map((length): Step => [0, wrap(new Uint8Array(length)), { linkType }]))
    const { ledger } = await observed(steps, { chains })
    expect(ledger).toMatchObject({ packets: steps.length, in_flows: 0, flows: 0 })
  })

  it('frames of which nothing was captured', async () => {
    const { ledger } = await observed([0, 1, 113, 276, 101, 228, 229, 147].map((linkType): Step => [0, new Uint8Array(0), { linkType, wireLength: 1500 }]), { chains })
    expect(ledger.in_flows).toBe(0)
  })

  it('lengths of zero: IP, UDP, and payloads', async () => {
    expect(await fates([
      ipv4({ ...ends, totalLength: 0 }, udp({ ...ports, length: 0 })), ipv6({ ...ends6, payloadLength: 0 }, udp({ ...ports, length: 0 })), ipv4(ends, tcp({ ...ports, dataOffset: 0 })),
      ipv4({ ...ends, protocol: 1 }, new Uint8Array(0)), ipv4({ ...ends, protocol: 0 }, new Uint8Array(0)), ipv6({ ...ends6, nextHeader: 59 }), ipv4(ends, sctp(ports)),
      ipv4({ source: '0.0.0.0', destination: '0.0.0.0' }, udp({ sourcePort: 0, destinationPort: 0 })), ipv6({ source: '::', destination: '::' }, icmp6({ type: 0 })), ipv4(ends, icmp4({ type: 0 })),
    ])).toMatchObject({ in_flows: 10 })
  })

  it('messages of zeros, and names of NULs, to port 53 and from it', async () => {
    const messages = [new Uint8Array(0), new Uint8Array(1), new Uint8Array(12), new Uint8Array(512), join(hex('0001818000ffffff00000000'), new Uint8Array(300)), join(hex('000181800001000100000000 03'), text('\0\0\0'), hex('00 00010001 c00c 0001 0001 00000000 0004 00000000'))]
    const packets = messages.flatMap((message) => [ipv4(ends, udp(ports, message)), ipv4({ source: SERVER, destination: CLIENT }, udp({ sourcePort: 53, destinationPort: 1024 }, message)), ipv4(ends, tcp(ports, message))])
    expect(await fates(packets)).toMatchObject({ in_flows: packets.length })
  })
})

describe('any octets in the place of any header', () => {
  const any: fc.Arbitrary<Uint8Array> = fc.uint8Array({ maxLength: 120 })
  const frame: fc.Arbitrary<Partial<Frame> & { bytes: Uint8Array }> = fc.oneof(
    any.map((octets) => ethernet({ etherType: 0x0800 }, octets)), any.map((octets) => ethernet({ etherType: 0x86dd }, octets)),
    fc.tuple(fc.constantFrom(1, 6, 17, 33, 51, 132, 136), any).map(([protocol, octets]) => ethernet({}, ipv4({ ...ends, protocol }, octets))),
    fc.tuple(fc.constantFrom(0, 6, 17, 43, 44, 51, 58, 60, 132), any).map(([nextHeader, octets]) => ethernet({}, ipv6({ ...ends6, nextHeader }, octets))),
    fc.tuple(fc.constantFrom(3, 5, 11), any).map(([type, octets]) => ethernet({}, ipv4(ends, icmp4({ type }, octets)))),
    fc.tuple(fc.constantFrom(1, 2, 3, 4), any).map(([type, octets]) => ethernet({}, ipv6(ends6, icmp6({ type }, octets)))),
    any.map((options) => ethernet({}, ipv4(ends, tcp({ ...ports, flags: SYN, options: options.subarray(0, 40) })))),
    any.map((message) => ethernet({}, ipv4({ source: SERVER, destination: CLIENT }, udp({ sourcePort: 53, destinationPort: 1024 }, message)))),
  ).map((bytes) => ({ bytes }))

  it('throw nothing, in all chains together', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(frame, fc.boolean()), { maxLength: 40 }), async (frames) => {
      const { ledger } = await observed(frames.map(([{ bytes }, isCut]): Step => [0, bytes, isCut ? { wireLength: bytes.length + 100 } : {}]), { chains })
      expect(ledger.packets).toBe(frames.length)
    }), { numRuns: 150 })
  })
})

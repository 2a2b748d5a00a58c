import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { authentication, destinationOptions, ethernet, fragment, hopByHop, icmp4, ipv4, ipv6, loopback, nullLink, routing, sctp, sll, sll2, tcp, udp } from '../../src/testing/build.ts'
import { decoded, type FateName, packetOf } from './decoded.ts'

const ends = { source: '192.0.2.1', destination: '192.0.2.2' }
const ends6 = { source: '2001:db8::1', destination: '2001:db8::2' }
const ports = { sourcePort: 1024, destinationPort: 53 }

interface Kind {
  readonly name: string
  readonly linkType: number
  readonly frame: Uint8Array
  /** Octets of the link layer, and of everything up to the key's end. */
  readonly link: number
  readonly key: number
  /** Where the fixed transport header ends. */
  readonly transport: number
}

const chain = ipv6(ends6, hopByHop({}, routing({ addresses: ['2001:db8::3'] }, destinationOptions({}, fragment({}, authentication({}, tcp(ports, new Uint8Array(9))))))))
const kinds: Kind[] = [
  { name: 'UDP in IPv4 in Ethernet', linkType: 1, frame: ethernet({}, ipv4(ends, udp(ports, new Uint8Array(9)))), link: 14, key: 38, transport: 42 },
  { name: 'TCP in IPv4 with options', linkType: 1, frame: ethernet({}, ipv4({ ...ends, options: new Uint8Array(12).fill(1) }, tcp(ports, new Uint8Array(9)))), link: 14, key: 50, transport: 66 },
  { name: 'SCTP in IPv6 in three tags', linkType: 1, frame: ethernet({ vlans: [1, 2, 3] }, ipv6(ends6, sctp(ports, new Uint8Array(9)))), link: 26, key: 70, transport: 78 },
  { name: 'UDP in IPv4 in cooked', linkType: 113, frame: sll({}, ipv4(ends, udp(ports))), link: 16, key: 40, transport: 44 },
  { name: 'UDP in IPv6 in cooked 2', linkType: 276, frame: sll2({}, ipv6(ends6, udp(ports))), link: 20, key: 64, transport: 68 },
  { name: 'UDP in IPv4 in null', linkType: 0, frame: nullLink({}, ipv4(ends, udp(ports))), link: 4, key: 28, transport: 32 },
  { name: 'UDP in IPv6 in loopback', linkType: 108, frame: loopback({}, ipv6(ends6, udp(ports))), link: 4, key: 48, transport: 52 },
  { name: 'UDP in IPv4, raw', linkType: 101, frame: ipv4(ends, udp(ports)), link: 1, key: 24, transport: 28 },
  { name: 'TCP in IPv6 behind all extension headers', linkType: 229, frame: chain, link: 0, key: 40 + 8 + 24 + 8 + 8 + 24 + 4, transport: 40 + 8 + 24 + 8 + 8 + 24 + 20 },
  { name: 'ICMP in IPv4', linkType: 228, frame: ipv4(ends, icmp4({ type: 8 })), link: 0, key: 20, transport: 24 },
]

describe.each(kinds)('every shorter length of $name', ({ frame, linkType, link, key, transport }) => {
  it('is short where the capture cut it before the end of the key', () => {
    for (let length = 0; length <= frame.length; length++) {
      const { fate, hasTransport } = decoded(frame.subarray(0, length), { linkType, wireLength: frame.length })
      expect([length, fate]).toEqual([length, length < key ? 'short' : 'keyed'])
      if (fate === 'keyed') expect([length, hasTransport]).toEqual([length, length >= transport])
    }
  })

  it('is no IP, or malformed, where the frame was so short on the wire', () => {
    const expected = (length: number): FateName => (length < link ? 'non_ip' : length < key ? 'malformed' : 'keyed')
    for (let length = 0; length <= frame.length; length++) expect([length, decoded(frame.subarray(0, length), { linkType }).fate]).toEqual([length, expected(length)])
  })
})

describe('any octets', () => {
  const linkTypes = fc.constantFrom(0, 1, 9, 11, 12, 14, 50, 51, 101, 104, 105, 108, 113, 127, 228, 229, 276, 147)
  const octets = fc.uint8Array({ maxLength: 200 })
  const beyond = fc.oneof(fc.constant(0), fc.nat(2000))

  it('are decoded without looking outside the frame', () => {
    fc.assert(fc.property(octets, linkTypes, beyond, (frame, linkType, more) => {
      decoded(frame, { linkType, wireLength: frame.length + more })
    }), { numRuns: 3000 })
  })

  it('under headers that look right, too', () => {
    const header = fc.constantFrom(...kinds).chain((kind) => fc.record({
      kind: fc.constant(kind), changes: fc.array(fc.tuple(fc.nat(kind.frame.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }), keep: fc.nat(kind.frame.length),
    }))
    fc.assert(fc.property(header, beyond, ({ kind, changes, keep }, more) => {
      const frame = kind.frame.slice()
      for (const [at, value] of changes) frame[at] = value
      const found = decoded(frame.subarray(0, keep), { linkType: kind.linkType, wireLength: keep + more })
      if (found.fate !== 'keyed') return
      // what the getters of the header views rely on
      expect(found.ipOffset + (found.version === 4 ? 20 : 40)).toBeLessThanOrEqual(found.ipEnd)
      expect(found.ipEnd).toBeLessThanOrEqual(keep)
      expect(found.ipEnd - found.ipOffset).toBeLessThanOrEqual(found.ipLength)
      if (found.hasTransport) expect(found.transportOffset).toBeLessThanOrEqual(found.ipEnd)
      expect(found.payload[2]).toBeLessThanOrEqual(found.payload[1])
    }), { numRuns: 5000 })
  })

  it('longer than the capture says there were on the wire count with what there is', () => {
    const frame = ethernet({}, ipv4({ ...ends, totalLength: 0 }, udp(ports, new Uint8Array(10))))
    expect(packetOf(frame, { wireLength: 3 }).ipLength).toBe(38)
  })
})

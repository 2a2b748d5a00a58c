import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { ethernet, fragment, hex, icmp4Error, ipv4, ipv6, join, tcp } from '../../src/testing/build.ts'
import { ETHERNET_TYPE, geneveOf, greOf, gtpOf, l2tpOf, pppOf, vxlanOf } from './carriers.ts'
import { decoded, packetOf } from './decoded.ts'
import { arp, four, in4, inUdp, PORT, six, tunnels } from './tunnel-frames.ts'

describe('the innermost packet is found', () => {
  it.each(tunnels)('%s', (_, packet, kinds, identifiers) => {
    const inner = packet.length - (packet.at(-(5 + 8 + 20)) === 0x45 ? four.length : six.length)
    const frame = ethernet({ vlans: [9] }, packet)
    expect(decoded(frame)).toMatchObject({ fate: 'keyed', ipOffset: inner + 18, protocol: 17, hasTransport: true, payload: [frame.length - 5, 5, 5], vlans: [9, -1] })
    const found = packetOf(packet, { linkType: 101 })
    expect([...found.encapsulations.kinds.subarray(0, found.encapsulationCount)]).toEqual(kinds)
    expect([...found.encapsulations.identifiers.subarray(0, found.encapsulationCount)]).toEqual(identifiers)
    expect(found.encapsulations.outer[0]).toBe(0)
  })

  it('or the outermost, if that is wanted', () => {
    for (const [, packet] of tunnels) expect(decoded(packet, { linkType: 101, tunnels: 'outer' })).toMatchObject({ fate: 'keyed', ipOffset: 0, ipLength: packet.length })
  })

  it('eight deep, and no deeper', () => {
    let packet = four
    for (let depth = 1; depth <= 12; depth++) {
      packet = in4(4, packet)
      expect(decoded(packet, { linkType: 101 })).toMatchObject({ fate: 'keyed', ipOffset: 20 * Math.min(8, depth) })
    }
  })

  it('a thousand deep costs no more', () => {
    let packet = four
    for (let depth = 0; depth < 1000; depth++) packet = in4(4, packet)
    expect(decoded(packet, { linkType: 101 })).toMatchObject({ fate: 'keyed', ipOffset: 160 })
  })

  it('where it is a fragment, too', () => {
    const later = ipv4({ source: '10.0.0.1', destination: '10.0.0.2', fragmentOffset: 100, protocol: 17 }, new Uint8Array(40))
    expect(decoded(in4(47, greOf(later)), { linkType: 101 })).toMatchObject({ fate: 'orphan', ipOffset: 24, fragment: [800, false] })
  })
})

describe('what stays in the outer flow', () => {
  const quoted = ipv4({ source: '192.0.2.9', destination: '192.0.2.1' }, icmp4Error({}, in4(47, greOf(four)), 60))
  it.each<[string, Uint8Array]>([
    ['a first fragment', ipv4({ source: '192.0.2.1', destination: '192.0.2.2', protocol: 47, mf: true }, greOf(four))],
    ['a later fragment', ipv4({ source: '192.0.2.1', destination: '192.0.2.2', protocol: 47, fragmentOffset: 1 }, greOf(four))],
    ['a fragment of IPv6', ipv6({ source: '2001:db8::1', destination: '2001:db8::2' }, fragment({ nextHeader: 4, m: true }, four))],
    ['a malformed packet', in4(4, join(four.subarray(0, 2), hex('0003'), four.subarray(4)))],
    ['IPv6 where IPv4 is said', in4(4, six)],
    ['nothing', in4(4, hex(''))],
    ['a packet without its ports', in4(4, ipv4({ source: '10.0.0.1', destination: '10.0.0.2', protocol: 17 }, hex('0001')))],
    ['what an ICMP error quotes', quoted],
    ['ARP in GRE', in4(47, greOf(arp, { type: ETHERNET_TYPE }))],
    ['GRE with a source route', in4(47, greOf(four, { flags: 0x4000 }))],
    ['GRE of version 1 that is not PPTP', in4(47, greOf(four, { flags: 1 }))],
    ['GRE of version 2', in4(47, greOf(four, { flags: 2 }))],
    ['GRE keepalive', in4(47, hex('0000 0000'))],
    ['ARP in VXLAN', inUdp(PORT.vxlan, vxlanOf(arp, 1))],
    ['VXLAN without an identifier', inUdp(PORT.vxlan, vxlanOf(ethernet({}, four), 1, 0))],
    ['VXLAN from its port', inUdp(999, vxlanOf(ethernet({}, four), 1), PORT.vxlan)],
    ['Geneve of another version', inUdp(PORT.geneve, geneveOf(ethernet({}, four), 1, ETHERNET_TYPE, 0x40))],
    ['a GTP echo', inUdp(PORT.gtp, gtpOf(four, 1, { message: 1 }))],
    ['GTP with an endless extension', inUdp(PORT.gtp, gtpOf(four, 1, { extensions: hex('00 000085') }))],
    ['an L2TP control message', inUdp(PORT.l2tp, l2tpOf(pppOf(four), 1, 1, 0xc802))],
    ['L2TP of version 3', inUdp(PORT.l2tp, l2tpOf(pppOf(four), 1, 1, 0x0003))],
    ['LCP in L2TP', inUdp(PORT.l2tp, l2tpOf(hex('ff03c021 01010004'), 1, 1))],
    ['a Teredo bubble without a server', inUdp(PORT.teredo, four)],
    ['a port that only looks like one', inUdp(PORT.vxlan + 1024, vxlanOf(ethernet({}, four), 1))],
  ])('%s', (_, packet) => {
    for (const linkType of [101, 1]) {
      const frame = linkType === 1 ? ethernet({}, packet) : packet
      const outer = decoded(frame, { linkType, tunnels: 'outer' })
      expect(decoded(frame, { linkType })).toEqual(outer)
      expect(packetOf(frame, { linkType }).encapsulationCount).toBe(0)
    }
  })

  it('what the capture cut', () => {
    for (const [, packet] of tunnels) {
      for (let length = 40; length < packet.length; length++) {
        const cut = packet.subarray(0, length)
        const capture = { linkType: 101, wireLength: packet.length }
        const found = decoded(cut, capture)
        if (found.fate !== 'keyed') expect(found).toEqual(decoded(cut, { ...capture, tunnels: 'outer' }))
        else expect(found.ipEnd).toBe(length)
      }
    }
  })
})

describe('any octets in a tunnel', () => {
  it('are decoded without looking outside the frame', () => {
    const changes = fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { maxLength: 6 })
    fc.assert(fc.property(fc.constantFrom(...tunnels), changes, fc.nat(150), fc.nat(50), ([, packet], octets, keep, more) => {
      const frame = packet.slice(0, keep)
      for (const [at, value] of octets) if (at < frame.length) frame[at] = value
      const found = decoded(frame, { linkType: 101, wireLength: frame.length + more })
      if (found.fate !== 'keyed') return
      expect(found.ipOffset + (found.version === 4 ? 20 : 40)).toBeLessThanOrEqual(found.ipEnd)
      expect(found.ipEnd).toBeLessThanOrEqual(frame.length)
      expect(found.ipEnd - found.ipOffset).toBeLessThanOrEqual(found.ipLength)
      if (found.hasTransport) expect(found.transportOffset).toBeLessThanOrEqual(found.ipEnd)
    }), { numRuns: 5000 })
  })

  it('the fast path leaves tunnels to the other', () => {
    const inner = ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }, tcp({ sourcePort: 1, destinationPort: 2 }))
    for (const frame of [inUdp(PORT.vxlan, vxlanOf(ethernet({}, inner), 1)), inUdp(PORT.gtp, gtpOf(inner, 1))]) expect(decoded(ethernet({}, frame))).toMatchObject({ protocol: 6 })
  })
})

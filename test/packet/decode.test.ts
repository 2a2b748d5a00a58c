import { describe, expect, it } from 'vitest'

import { arp, authentication, dccp, destinationOptions, ethernet, fragment, hex, hopByHop, icmp4, icmp6, ipv4, ipv6, join, loopback, nullLink, routing, sctp, sll, sll2, tcp, tcpOption, udp, udplite } from '../../src/testing/build.ts'
import { type Capture, decoded } from './decoded.ts'

const ends = { source: '192.0.2.1', destination: '192.0.2.2' }
const ends6 = { source: '2001:db8::1', destination: '2001:db8::2' }
const ports = { sourcePort: 1024, destinationPort: 53 }
const four = ipv4(ends, udp(ports, new Uint8Array(5)))
const six = ipv6(ends6, udp(ports, new Uint8Array(5)))

describe('the IP header is found', () => {
  it.each<[string, number, Uint8Array, number, 4 | 6]>([
    ['Ethernet', 1, ethernet({}, four), 14, 4],
    ['Ethernet', 1, ethernet({}, six), 14, 6],
    ['raw (BSD)', 12, four, 0, 4],
    ['raw (OpenBSD)', 14, six, 0, 6],
    ['raw', 101, four, 0, 4],
    ['raw', 101, six, 0, 6],
    ['IPv4', 228, four, 0, 4],
    ['IPv6', 229, six, 0, 6],
    ['null, little-endian', 0, nullLink({}, four), 4, 4],
    ['null, big-endian', 0, nullLink({ bigEndian: true }, four), 4, 4],
    ['null, NetBSD and OpenBSD', 0, nullLink({ family: 24 }, six), 4, 6],
    ['null, FreeBSD', 0, nullLink({ family: 28, bigEndian: true }, six), 4, 6],
    ['null, macOS', 0, nullLink({ family: 30 }, six), 4, 6],
    ['null, Linux', 0, nullLink({ family: 10 }, six), 4, 6],
    ['loopback', 108, loopback({}, four), 4, 4],
    ['loopback', 108, loopback({ family: 24 }, six), 4, 6],
    ['Linux cooked', 113, sll({}, four), 16, 4],
    ['Linux cooked', 113, sll({}, six), 16, 6],
    ['Linux cooked 2', 276, sll2({}, four), 20, 4],
    ['Linux cooked 2', 276, sll2({}, six), 20, 6],
  ])('under %s (%i)', (_, linkType, frame, ipOffset, version) => {
    expect(decoded(frame, { linkType })).toMatchObject({ fate: 'keyed', ipOffset, version, protocol: 17, hasTransport: true, vlans: [-1, -1] })
  })

  it.each<[string, Uint8Array, number, [number, number]]>([
    ['one tag', ethernet({ vlans: [7] }, four), 18, [7, -1]],
    ['a priority tag', ethernet({ vlans: [{ vid: 0, pcp: 5 }] }, four), 18, [0, -1]],
    ['all of its bits set', ethernet({ vlans: [{ vid: 4095, pcp: 7, dei: true }] }, six), 18, [4095, -1]],
    ['802.1ad and 802.1Q', ethernet({ vlans: [{ tpid: 0x88a8, vid: 100 }, 200] }, six), 22, [100, 200]],
    ['two of 0x9100', ethernet({ vlans: [{ tpid: 0x9100, vid: 1 }, { tpid: 0x9100, vid: 2 }] }, four), 22, [1, 2]],
    ['five tags', ethernet({ vlans: [1, 2, 3, 4, 5] }, four), 34, [1, 2]],
  ])('behind %s', (_, frame, ipOffset, vlans) => {
    expect(decoded(frame)).toMatchObject({ fate: 'keyed', ipOffset, vlans })
  })

  it('behind a tag in Linux cooked captures', () => {
    const tagged = join(sll({ protocolType: 0x8100 }, new Uint8Array(0)), hex('0007 0800'), four)
    expect(decoded(tagged, { linkType: 113 })).toMatchObject({ fate: 'keyed', ipOffset: 20, vlans: [7, -1] })
  })

  it('VLANs of the frame before do not stay', () => {
    decoded(ethernet({ vlans: [1, 2] }, four))
    expect(decoded(four, { linkType: 101 }).vlans).toEqual([-1, -1])
  })
})

describe('what is no IP', () => {
  it.each<[string, Uint8Array, number]>([
    ['ARP', ethernet({}, arp({ sender: '192.0.2.1', target: '192.0.2.2' })), 1],
    ['an 802.3 length', ethernet({ etherType: 1500 }, four), 1],
    ['another EtherType behind a tag', ethernet({ vlans: [1], etherType: 0x88cc }, four), 1],
    ['another version, raw', hex('70'), 101],
    ['another family', nullLink({ family: 23 }, four), 0],
    ['cooked, of another protocol', sll({ protocolType: 4 }, four), 113],
    ['cooked 2, of another protocol', sll2({ protocolType: 0x0806 }, four), 276],
  ])('is non_ip: %s', (_, frame, linkType) => {
    expect(decoded(frame, { linkType }).fate).toBe('non_ip')
  })

  it('may have any link type', () => {
    for (let linkType = 0; linkType < 300; linkType++) {
      if ([0, 1, 9, 11, 12, 14, 50, 51, 101, 104, 105, 108, 113, 127, 228, 229, 276].includes(linkType)) continue
      expect(decoded(four, { linkType }).fate).toBe('unknown link')
    }
  })
})

describe('IPv4', () => {
  it.each<[string, Uint8Array, object]>([
    ['options', ipv4({ ...ends, options: hex('01 01 01') }, udp(ports)), { transportOffset: 24, ipLength: 32 }],
    ['all 40 octets of options', ipv4({ ...ends, options: new Uint8Array(40).fill(1) }, udp(ports)), { transportOffset: 60, ipLength: 68 }],
    ['a first fragment', ipv4({ ...ends, mf: true }, udp(ports)), { fate: 'keyed', fragment: [0, true], hasTransport: true }],
    ['a later fragment', ipv4({ ...ends, fragmentOffset: 3, mf: true }, udp(ports)), { fate: 'orphan', fragment: [24, true], hasTransport: false }],
    ['the farthest fragment', ipv4({ ...ends, fragmentOffset: 0x1fff }, udp(ports)), { fate: 'orphan', fragment: [65528, false] }],
    ['a later fragment of a protocol without ports', ipv4({ ...ends, fragmentOffset: 3, protocol: 47 }, new Uint8Array(8)), { fate: 'keyed', protocol: 47, hasTransport: false }],
    ['the don\'t-fragment and reserved bits', ipv4({ ...ends, df: true, reserved: true }, udp(ports)), { fate: 'keyed', fragment: [0, false] }],
    ['a total length of 0: offload', ipv4({ ...ends, totalLength: 0 }, udp(ports, new Uint8Array(9))), { fate: 'keyed', ipLength: 37, payload: [28, 9, 9] }],
    ['a total length below the header', ipv4({ ...ends, totalLength: 19 }, udp(ports)), { fate: 'malformed' }],
    ['a total length below a header with options', ipv4({ ...ends, options: new Uint8Array(4), totalLength: 23 }, udp(ports)), { fate: 'malformed' }],
    ['a total length before the ports', ipv4({ ...ends, totalLength: 20 }, udp(ports)), { fate: 'malformed' }],
    ['a total length that cuts the transport header', ipv4({ ...ends, totalLength: 27 }, udp(ports)), { fate: 'keyed', hasTransport: false }],
    ['a header length of 16', ipv4({ ...ends, ihl: 4 }, udp(ports)), { fate: 'malformed' }],
    ['a header length of 0', ipv4({ ...ends, ihl: 0 }, udp(ports)), { fate: 'malformed' }],
    ['a header length past the total length', ipv4({ ...ends, ihl: 15 }, udp(ports)), { fate: 'malformed' }],
    ['nothing behind the header, of a protocol without ports', ipv4({ ...ends, protocol: 50 }), { fate: 'keyed', ipLength: 20, hasTransport: true }],
    ['nothing behind the header, of a protocol with ports', ipv4({ ...ends, protocol: 17 }), { fate: 'malformed' }],
  ])('with %s', (_, packet, expected) => {
    expect(decoded(packet, { linkType: 228 })).toMatchObject(expected)
    expect(decoded(packet, { linkType: 101 })).toMatchObject(expected)
  })

  it.each([0, 1, 5, 6, 15])('of version %i under an EtherType of 0x0800 is malformed', (version) => {
    expect(decoded(ethernet({}, ipv4({ ...ends, version }, udp(ports)))).fate).toBe('malformed')
  })

  it('is as long as it says: padding is none of it', () => {
    expect(decoded(ethernet({ pad: true }, ipv4(ends, udp(ports, new Uint8Array(2)))))).toMatchObject({ ipLength: 30, ipEnd: 44, payload: [42, 2, 2] })
  })

  it('is as long as it says, though the capture was cut', () => {
    const frame = ethernet({}, ipv4(ends, udp(ports, new Uint8Array(1000))))
    expect(decoded(frame.subarray(0, 96), { wireLength: frame.length })).toMatchObject({ fate: 'keyed', ipLength: 1028, ipEnd: 96, payload: [42, 1000, 54] })
  })

  it('without a total length is as long as the frame was on the wire', () => {
    const frame = ethernet({}, ipv4({ ...ends, totalLength: 0 }, udp(ports, new Uint8Array(1000))))
    expect(decoded(frame.subarray(0, 96), { wireLength: frame.length })).toMatchObject({ ipLength: 1028, ipEnd: 96 })
  })
})

describe('IPv6', () => {
  const through = (wrap: (inner: Uint8Array) => Uint8Array): Uint8Array => ipv6(ends6, wrap(udp(ports, new Uint8Array(3))))
  const jumbo = (length: number, payload: Uint8Array, more: object = {}): Uint8Array => {
    const option = new Uint8Array(6)
    new DataView(option.buffer).setUint32(2, length)
    option.set([0xc2, 4])
    return ipv6({ ...ends6, payloadLength: 0, ...more }, hopByHop({ options: option }, payload))
  }
  it.each<[string, Uint8Array, object, Capture?]>([
    ['hop-by-hop options', through((inner) => hopByHop({}, inner)), { protocol: 17, transportOffset: 48 }],
    ['long hop-by-hop options', through((inner) => hopByHop({ options: new Uint8Array(70) }, inner)), { protocol: 17, transportOffset: 112 }],
    ['destination options', through((inner) => destinationOptions({}, inner)), { protocol: 17, transportOffset: 48 }],
    ['a routing header', through((inner) => routing({ addresses: ['2001:db8::3'] }, inner)), { protocol: 17, transportOffset: 64 }],
    ['an authentication header', through((inner) => authentication({}, inner)), { protocol: 17, transportOffset: 64 }],
    ['an atomic fragment', through((inner) => fragment({}, inner)), { fate: 'keyed', protocol: 17, transportOffset: 48, fragment: [0, false] }],
    ['a first fragment', through((inner) => fragment({ m: true }, inner)), { fate: 'keyed', transportOffset: 48, fragment: [0, true], hasTransport: true }],
    ['a later fragment', through((inner) => fragment({ fragmentOffset: 2, m: true }, inner)), { fate: 'orphan', protocol: 17, fragment: [16, true], hasTransport: false }],
    ['a later fragment of ICMPv6', ipv6(ends6, fragment({ fragmentOffset: 2 }, icmp6({ type: 128 }))), { fate: 'keyed', protocol: 58, hasTransport: false }],
    ['all of them', through((inner) => hopByHop({}, destinationOptions({}, routing({ addresses: ['2001:db8::3'] }, fragment({}, authentication({}, destinationOptions({}, inner))))))), { fate: 'keyed', protocol: 17, transportOffset: 40 + 8 + 8 + 24 + 8 + 24 + 8, payload: [40 + 8 + 8 + 24 + 8 + 24 + 8 + 8, 3, 3] }],
    ['a hundred of them', through((inner) => Array.from({ length: 100 }).reduce<Uint8Array>((layer) => destinationOptions({}, layer), inner)), { fate: 'keyed', protocol: 17, transportOffset: 840 }],
    ['no next header', ipv6(ends6), { fate: 'keyed', protocol: 59, ipLength: 40 }],
    ['no next header behind options', ipv6(ends6, hopByHop({})), { fate: 'keyed', protocol: 59, transportOffset: 48, ipLength: 48 }],
    ['no next header and octets behind it', ipv6({ ...ends6, nextHeader: 59, payloadLength: 0 }, new Uint8Array(6)), { fate: 'keyed', ipLength: 40 }],
    ['a payload length of 0: offload', ipv6({ ...ends6, payloadLength: 0 }, udp(ports, new Uint8Array(9))), { fate: 'keyed', ipLength: 57 }],
    ['a payload length of 0 and options without a jumbo length', ipv6({ ...ends6, payloadLength: 0 }, hopByHop({ options: hex('05 02 00 00') }, udp(ports))), { fate: 'keyed', ipLength: 56, transportOffset: 48 }],
    ['a jumbo length', jumbo(16, udp(ports)), { fate: 'keyed', ipLength: 56, transportOffset: 48 }],
    ['a jumbo length behind padding', ipv6({ ...ends6, payloadLength: 0 }, hopByHop({ options: hex('00 01 02 0000 c2 04 00 01 86 a0') }, udp(ports))), { fate: 'keyed', ipLength: 40 + 100_000 }, { wireLength: 40 + 100_000 }],
    ['the largest jumbo length', jumbo(0xffff_ffff, udp(ports)), { fate: 'keyed', ipLength: 40 + 0xffff_ffff }, { wireLength: 0xffff_ffff + 40 }],
    ['a jumbo length before the ports', jumbo(11, udp(ports)), { fate: 'malformed' }],
    ['a jumbo length of 0', jumbo(0, udp(ports)), { fate: 'malformed' }],
    ['a payload length before the ports', ipv6({ ...ends6, payloadLength: 3 }, udp(ports)), { fate: 'malformed' }],
    ['a payload length in the options', ipv6({ ...ends6, payloadLength: 7 }, hopByHop({}, udp(ports))), { fate: 'malformed' }],
    ['options past the payload length', through((inner) => hopByHop({ headerExtensionLength: 9 }, inner)), { fate: 'malformed' }],
    ['options that end where the packet does', ipv6(ends6, hopByHop({ nextHeader: 50, headerExtensionLength: 1 }, new Uint8Array(8))), { fate: 'keyed', protocol: 50, transportOffset: 56 }],
    ['a mobility header, which ends the chain', ipv6({ ...ends6, nextHeader: 135 }, new Uint8Array(8)), { fate: 'keyed', protocol: 135, transportOffset: 40 }],
    ['ESP, behind which nothing can be read', ipv6({ ...ends6, nextHeader: 50 }, new Uint8Array(16)), { fate: 'keyed', protocol: 50 }],
  ])('with %s', (_, packet, expected, capture = {}) => {
    expect(decoded(packet, { ...capture, linkType: 229 })).toMatchObject(expected)
  })

  it.each([0, 4, 5, 7, 15])('of version %i under an EtherType of 0x86dd is malformed', (version) => {
    expect(decoded(ethernet({}, ipv6({ ...ends6, version }, udp(ports)))).fate).toBe('malformed')
  })
})

describe('the transport', () => {
  it.each<[string, Uint8Array, number, number, number]>([
    ['TCP', tcp(ports, new Uint8Array(3)), 6, 20, 3],
    ['TCP with options', tcp({ ...ports, options: tcpOption(2, hex('05b4')) }, new Uint8Array(3)), 6, 24, 3],
    ['UDP', udp(ports, new Uint8Array(3)), 17, 8, 3],
    ['UDP-Lite', udplite(ports, new Uint8Array(3)), 136, 8, 3],
    ['SCTP', sctp(ports, new Uint8Array(3)), 132, 12, 3],
    ['ICMP', icmp4({ type: 8 }, new Uint8Array(3)), 1, 8, 3],
    ['DCCP', dccp(ports, new Uint8Array(3)), 33, 16, 3],
  ])('of %s: its payload is what follows the header', (_, transport, protocol, header, payload) => {
    expect(decoded(ipv4(ends, transport), { linkType: 101 })).toMatchObject({ protocol, hasTransport: true, payload: [20 + header, payload, payload] })
  })

  it('has no payload where its header says it is longer than the packet', () => {
    expect(decoded(ipv4(ends, tcp({ ...ports, dataOffset: 15 }, new Uint8Array(3))), { linkType: 101 })).toMatchObject({ fate: 'keyed', payload: [80, 0, 0] })
  })

  it.each<[string, Uint8Array, number]>([['TCP', tcp(ports), 20], ['UDP', udp(ports), 8], ['UDP-Lite', udplite(ports), 8], ['SCTP', sctp(ports), 12], ['DCCP', dccp(ports), 12], ['ICMP', icmp4({ type: 8 }), 4]])(
    'of %s is there from its fixed header on', (name, transport, fixed) => {
      for (let length = 0; length <= transport.length; length++) {
        const { fate, hasTransport } = decoded(ipv4({ ...ends, totalLength: 20 + length }, transport), { linkType: 101 })
        expect(fate).toBe(name === 'ICMP' || length >= 4 ? 'keyed' : 'malformed')
        if (fate === 'keyed') expect(hasTransport).toBe(length >= fixed)
      }
    })
})

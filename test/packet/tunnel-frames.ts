import { Encapsulation } from '../../src/packet/encapsulation.ts'
import { ethernet, hex, hopByHop, ipv4, ipv6, join, udp } from '../../src/testing/build.ts'
import { erspanOf, ETHERNET_TYPE, ERSPAN_TYPE, geneveOf, greOf, gtpOf, l2tpOf, mplsOf, PPP_TYPE, pppOf, vxlanOf } from './carriers.ts'

const ports = { sourcePort: 1024, destinationPort: 53 }
export const four = ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }, udp(ports, new Uint8Array(5)))
export const six = ipv6({ source: '2001:db8:1::1', destination: '2001:db8:1::2' }, udp(ports, new Uint8Array(5)))
export const arp = ethernet({ etherType: 0x0806 }, new Uint8Array(46))
export const in4 = (protocol: number, payload: Uint8Array): Uint8Array => ipv4({ source: '192.0.2.1', destination: '192.0.2.2', protocol }, payload)
export const in6 = (protocol: number, payload: Uint8Array): Uint8Array => ipv6({ source: '2001:db8::1', destination: '2001:db8::2', nextHeader: protocol }, payload)
export const inUdp = (port: number, payload: Uint8Array, sourcePort = 40_000): Uint8Array => in4(17, udp({ sourcePort, destinationPort: port }, payload))
export const PORT = { vxlan: 4789, geneve: 6081, gtp: 2152, l2tp: 1701, teredo: 3544 }
const { IpInIp, Gre, Erspan, Vxlan, Geneve, Gtp, L2tp, Teredo, Mpls, MplsInIp } = Encapsulation

/** Raw IP, what is passed over, and its identifiers. */
export const tunnels: readonly [name: string, packet: Uint8Array, kinds: number[], identifiers: number[]][] = [
  ['4 in 4', in4(4, four), [IpInIp], [-1]],
  ['6 in 4', in4(41, six), [IpInIp], [-1]],
  ['4 in 6', in6(4, four), [IpInIp], [-1]],
  ['6 in 6', in6(41, six), [IpInIp], [-1]],
  ['4 in 6 behind options', ipv6({ source: '2001:db8::1', destination: '2001:db8::2' }, hopByHop({ nextHeader: 4 }, four)), [IpInIp], [-1]],
  ['GRE', in4(47, greOf(four)), [Gre], [-1]],
  ['GRE in IPv6', in6(47, greOf(six)), [Gre], [-1]],
  ['GRE with a key', in4(47, greOf(six, { key: 0xfedcba98 })), [Gre], [0xfedcba98]],
  ['GRE with all fields', in4(47, greOf(four, { checksum: true, key: 7, sequence: 9 })), [Gre], [7]],
  ['Ethernet in GRE', in4(47, greOf(ethernet({}, four), { type: ETHERNET_TYPE })), [Gre], [-1]],
  ['tagged Ethernet in GRE', in4(47, greOf(ethernet({ vlans: [7] }, six), { type: ETHERNET_TYPE })), [Gre], [-1]],
  ['PPP in GRE', in4(47, greOf(pppOf(four, { framed: true }), { type: PPP_TYPE })), [Gre], [-1]],
  ['PPTP', in4(47, greOf(pppOf(four), { type: PPP_TYPE, key: 0x00300042, sequence: 1, flags: 1 })), [Gre], [0x42]],
  ['PPTP that acknowledges', in4(47, greOf(join(hex('00000001'), pppOf(six)), { type: PPP_TYPE, key: 0x00300042, sequence: 1, flags: 0x81 })), [Gre], [0x42]],
  ['MPLS in GRE', in4(47, greOf(mplsOf([16, 17], four), { type: 0x8847 })), [Gre, Mpls], [-1, -1]],
  ['ERSPAN', in4(47, erspanOf(ethernet({}, four), 1023)), [Erspan], [1023]],
  ['ERSPAN of type I', in4(47, greOf(ethernet({}, four), { type: ERSPAN_TYPE })), [Erspan], [-1]],
  ['ERSPAN of type III', in4(47, greOf(join(hex('2000 0005 00000000 0000 0000'), ethernet({}, six)), { type: 0x22eb, sequence: 1 })), [Erspan], [5]],
  ['ERSPAN of type III with a subheader', in4(47, greOf(join(hex('2000 0005 00000000 0000 0001'), new Uint8Array(8), ethernet({}, six)), { type: 0x22eb, sequence: 1 })), [Erspan], [5]],
  ['MPLS in IP', in4(137, mplsOf([16], six)), [MplsInIp, Mpls], [-1, -1]],
  ['VXLAN', inUdp(PORT.vxlan, vxlanOf(ethernet({}, four), 0xfffffe)), [Vxlan], [0xfffffe]],
  ['VXLAN with a policy', inUdp(PORT.vxlan, vxlanOf(ethernet({ vlans: [7, 8] }, six), 1, 0x88)), [Vxlan], [1]],
  ['Geneve', inUdp(PORT.geneve, geneveOf(ethernet({}, four), 0x123456)), [Geneve], [0x123456]],
  ['IP in Geneve, with options', inUdp(PORT.geneve, geneveOf(six, 5, 0x86dd, 3)), [Geneve], [5]],
  ['GTP-U', inUdp(PORT.gtp, gtpOf(four, 0xfedcba98)), [Gtp], [0xfedcba98]],
  ['GTP-U with a sequence number', inUdp(PORT.gtp, gtpOf(six, 1, { sequence: true }), PORT.gtp), [Gtp], [1]],
  ['GTP-U with extensions', inUdp(PORT.gtp, gtpOf(four, 1, { extensions: hex('01 1009 85  02 00000000 0000 00') })), [Gtp], [1]],
  ['L2TP', inUdp(PORT.l2tp, l2tpOf(pppOf(four, { framed: true }), 3, 4), PORT.l2tp), [L2tp], [0x00030004]],
  ['L2TP to another port', inUdp(5555, l2tpOf(pppOf(six), 0xffff, 1), PORT.l2tp), [L2tp], [0xffff0001]],
  ['L2TP with length and sequence', inUdp(PORT.l2tp, l2tpOf(pppOf(four), 3, 4, 0x4802, hex('00010002'))), [L2tp], [0x00030004]],
  ['L2TP with an offset', inUdp(PORT.l2tp, l2tpOf(pppOf(four), 3, 4, 0x0202, hex('0004 00000000'))), [L2tp], [0x00030004]],
  ['Teredo', inUdp(PORT.teredo, six), [Teredo], [-1]],
  ['Teredo from a server', inUdp(60_000, join(hex('0000 1234 aabbccdd'), six), PORT.teredo), [Teredo], [-1]],
  ['Teredo with authentication', inUdp(PORT.teredo, join(hex('0001 02 03'), new Uint8Array(5 + 8 + 1), hex('0000 1234 aabbccdd'), six)), [Teredo], [-1]],
  ['VXLAN in GRE in 6 in 4', in4(41, in6(47, greOf(inUdp(PORT.vxlan, vxlanOf(ethernet({}, six), 9)), { key: 8 }))), [IpInIp, Gre, Vxlan], [-1, 8, 9]],
]

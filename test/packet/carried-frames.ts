import { ethernet, hex, ipv4, ipv6, join, sll, sll2, udp } from '../../src/testing/build.ts'
import { hdlcOf, lengthFrame, mplsOf, pppOf, pppoeOf, radiotapOf, snapOf, wifiOf } from './carriers.ts'

const ports = { sourcePort: 1024, destinationPort: 53 }
export const four = ipv4({ source: '192.0.2.1', destination: '192.0.2.2' }, udp(ports, new Uint8Array(5)))
const six = ipv6({ source: '2001:db8::1', destination: '2001:db8::2' }, udp(ports, new Uint8Array(5)))
/** A frame behind MPLS whose first octet looks like IPv4, and like IPv6. */
const looksLike4 = ethernet({ destination: '44:a8:42:11:22:33' }, four), looksLike6 = ethernet({ destination: '64:00:6a:11:22:33' }, six)
export const mpls = (labels: readonly number[], payload: Uint8Array): Uint8Array => ethernet({ etherType: 0x8847 }, mplsOf(labels, payload))
const qos = hex('0000')

/** IP under every link layer, its link type, and where it begins. */
export const carried: readonly [name: string, linkType: number, frame: Uint8Array, ipOffset: number][] = [
  ['PPPoE', 1, ethernet({ etherType: 0x8864 }, pppoeOf(four)), 22],
  ['PPPoE', 1, ethernet({ etherType: 0x8864 }, pppoeOf(six)), 22],
  ['PPPoE behind a tag', 1, ethernet({ vlans: [7], etherType: 0x8864 }, pppoeOf(six)), 26],
  ['PPPoE without Ethernet', 51, pppoeOf(four), 8],
  ['PPP', 9, pppOf(four), 2],
  ['PPP', 9, pppOf(six), 2],
  ['PPP with address and control', 9, pppOf(four, { framed: true }), 4],
  ['PPP with one octet of protocol', 9, pppOf(six, { compressed: true }), 1],
  ['PPP with all but that', 9, pppOf(four, { framed: true, compressed: true }), 3],
  ['MPLS in PPP', 9, join(hex('ff03 0281'), mplsOf([16], four)), 8],
  ['PPP on a serial line', 50, pppOf(four, { framed: true }), 4],
  ['PPP on a serial line, unframed', 50, pppOf(six), 2],
  ['HDLC on a serial line', 50, hdlcOf(four), 4],
  ['HDLC on a serial line, broadcast', 50, hdlcOf(six, 0x8f), 4],
  ['Cisco HDLC', 104, hdlcOf(four), 4],
  ['Cisco HDLC', 104, hdlcOf(six), 4],
  ['MPLS in Cisco HDLC', 104, join(hex('0f00 8847'), mplsOf([16, 17], six)), 12],
  ['one label', 1, mpls([16], four), 18],
  ['three labels', 1, mpls([3, 1048575, 16], six), 26],
  ['forty labels', 1, mpls(Array.from({ length: 40 }, () => 16), four), 174],
  ['multicast labels', 1, ethernet({ etherType: 0x8848 }, mplsOf([16], four)), 18],
  ['labels behind a tag', 1, ethernet({ vlans: [7], etherType: 0x8847 }, mplsOf([16], four)), 22],
  ['Ethernet in MPLS, with a control word', 1, mpls([16], join(hex('00000000'), ethernet({}, four))), 36],
  ['Ethernet in MPLS, without one', 1, mpls([16], ethernet({}, four)), 32],
  ['Ethernet in MPLS, to an address like IPv4', 1, mpls([16], looksLike4), 32],
  ['Ethernet in MPLS, to an address like IPv6', 1, mpls([16], looksLike6), 32],
  ['MPLS in Ethernet in MPLS', 1, mpls([16], join(hex('00000000'), ethernet({ etherType: 0x8847 }, mplsOf([17], four)))), 40],
  ['802.3 with SNAP', 1, lengthFrame(snapOf(four)), 22],
  ['802.3 with SNAP', 1, lengthFrame(snapOf(six)), 22],
  ['802.3 with SNAP of the bridge tunnel', 1, lengthFrame(snapOf(four, 0x0800, '0000f8')), 22],
  ['802.3 with LLC', 1, lengthFrame(join(hex('060603'), four)), 17],
  ['802.3 behind a tag', 1, ethernet({ vlans: [{ vid: 7 }], etherType: 40 }, snapOf(four)), 26],
  ['ATM', 11, snapOf(four), 8],
  ['ATM with NLPID', 11, join(hex('fefe03cc'), four), 4],
  ['ATM with NLPID', 11, join(hex('fefe038e'), six), 4],
  ['PPP in ATM', 11, join(hex('fefe03cf'), pppOf(six)), 6],
  ['Ethernet in ATM', 11, snapOf(join(hex('0000'), ethernet({}, four)), 7, '0080c2'), 24],
  ['802.11', 105, wifiOf(snapOf(four)), 32],
  ['802.11 between distribution systems', 105, wifiOf(snapOf(six), { flags: 3 }), 38],
  ['802.11 with QoS', 105, wifiOf(snapOf(four), { more: qos }), 34],
  ['802.11 with QoS and HT control', 105, wifiOf(snapOf(four), { flags: 0x81, more: join(qos, new Uint8Array(4)) }), 38],
  ['802.11, an aggregate', 105, wifiOf(snapOf(four), { more: join(hex('8000'), new Uint8Array(12), hex('0029')) }), 48],
  ['radiotap', 127, radiotapOf(hex('00000000'), wifiOf(snapOf(six))), 40],
  ['radiotap that pads', 127, radiotapOf(hex('02000000 20000000'), wifiOf(snapOf(four), { more: join(qos, qos) })), 48],
  ['radiotap that pads, behind a time stamp and two words', 127, radiotapOf(hex('03000080 00000000 00000000 0011223344556677 20'), wifiOf(snapOf(four), { more: join(qos, qos) })), 61],
  ['radiotap whose time stamp is aligned', 127, radiotapOf(hex('03000080 00000000 0011223344556677 20'), wifiOf(snapOf(four), { more: qos })), 57 - 2],
  ['cooked, of a tunnel', 113, sll({ arphrdType: 768 }, four), 16],
  ['cooked, of PPP', 113, sll({ arphrdType: 512 }, six), 16],
  ['cooked with LLC', 113, sll({ protocolType: 4 }, snapOf(four)), 24],
  ['cooked 802.11', 113, sll({ arphrdType: 801, protocolType: 25 }, wifiOf(snapOf(four))), 48],
  ['cooked 2 with radiotap', 276, sll2({ arphrdType: 803 }, radiotapOf(hex('00000000'), wifiOf(snapOf(four)))), 60],
  ['cooked with PPPoE', 113, sll({ protocolType: 0x8864 }, pppoeOf(four)), 24],
]

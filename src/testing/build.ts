/**
 * Tests of weir and of chains of one's own: `recordsOf` runs chains over frames, which are built from the inside:
 *
 *     ethernet({ vlans: [7] }, ipv4({ source: '192.0.2.1', destination: '192.0.2.2' }, tcp({ sourcePort: 1024, destinationPort: 80, flags: SYN })))
 *
 * Fields have the names of the RFCs. Lengths, checksums, protocol numbers and ethertypes are computed unless they are given, so that
 * a wrong one can be made on purpose.
 */
export { capture, type CapturedFrame, type CaptureOptions } from './capture.ts'
export { fragments4, fragments6 } from './fragments.ts'
export { icmp4, icmp4Error, icmp6, icmp6Error, type IcmpFields } from './icmp.ts'
export { ipv4, type Ipv4Fields } from './ipv4.ts'
export {
  authentication, destinationOptions, fragment, hopByHop, ipv6, routing,
  type AuthenticationFields, type FragmentFields, type Ipv6Fields, type OptionsFields, type RoutingFields,
} from './ipv6.ts'
export { hex, internetChecksum, join, text } from './layer.ts'
export { arp, ethernet, loopback, nullLink, sll, sll2, type EthernetFields, type FamilyFields, type SllFields, type Tag } from './link.ts'
export {
  ACK, AE, CWR, ECE, FIN, PSH, RST, SYN, URG, dccp, sctp, tcp, tcpOption, udp, udplite,
  type DccpFields, type Ports, type SctpFields, type TcpFields, type UdpFields, type UdpLiteFields,
} from './transport.ts'
export { recordsOf, type TimedFrame } from './run.ts'

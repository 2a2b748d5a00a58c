import { has, Layer, tooShort } from './layer.ts'
import type { Packet } from './packet.ts'
import { EtherType } from './protocol.ts'

/** Address and control: all stations, unnumbered information. @source RFC 1662 section 3.1 */
const ALL_STATIONS = 0xff, UNNUMBERED = 0x03
/** @source IANA PPP DLL protocol numbers */
const IPV4 = 0x0021, IPV6 = 0x0057, MPLS_UNICAST = 0x0281, MPLS_MULTICAST = 0x0283
/** Cisco's HDLC: unicast and broadcast. */
const HDLC_UNICAST = 0x0f, HDLC_BROADCAST = 0x8f, HDLC_HEADER = 4
const PPPOE_HEADER = 6, PPPOE_VERSION_AND_TYPE = 0x11

/** Address and control may be left out, and so may the upper octet of the protocol (RFC 1661 section 6.5, RFC 1662 section 3.2). */
export function ppp(packet: Packet): number {
  const { bytes } = packet
  if (!has(packet, 1)) return tooShort(packet, 1)
  if (bytes[packet.ipOffset] === ALL_STATIONS) {
    if (!has(packet, 3)) return tooShort(packet, 3)
    if (bytes[packet.ipOffset + 1] !== UNNUMBERED) return Layer.NonIp
    packet.ipOffset += 2
  }
  let protocol = bytes[packet.ipOffset]
  if ((protocol & 1) === 0) {
    if (!has(packet, 2)) return tooShort(packet, 2)
    protocol = (protocol << 8) | bytes[packet.ipOffset + 1]
    packet.ipOffset++
  }
  packet.ipOffset++
  switch (protocol) {
    case IPV4:
      return EtherType.Ipv4
    case IPV6:
      return EtherType.Ipv6
    case MPLS_UNICAST:
    case MPLS_MULTICAST:
      return EtherType.Mpls
    default:
      return Layer.NonIp
  }
}

/** A serial line: Cisco's HDLC, or PPP in HDLC framing, which share the place of the address. */
export function serial(packet: Packet): number {
  if (!has(packet, 1)) return tooShort(packet, 1)
  const address = packet.bytes[packet.ipOffset]
  return address === HDLC_UNICAST || address === HDLC_BROADCAST ? ciscoHdlc(packet) : ppp(packet)
}

export function ciscoHdlc(packet: Packet): number {
  if (!has(packet, HDLC_HEADER)) return tooShort(packet, HDLC_HEADER)
  const type = packet.view.getUint16(packet.ipOffset + 2)
  packet.ipOffset += HDLC_HEADER
  return type >= 0x0600 ? type : Layer.NonIp
}

/** The session stage. @source RFC 2516 section 4 */
export function pppoe(packet: Packet): number {
  if (!has(packet, PPPOE_HEADER)) return tooShort(packet, PPPOE_HEADER)
  const { bytes, ipOffset } = packet
  if (bytes[ipOffset] !== PPPOE_VERSION_AND_TYPE || bytes[ipOffset + 1] !== 0) return Layer.NonIp
  packet.ipOffset += PPPOE_HEADER
  return ppp(packet)
}

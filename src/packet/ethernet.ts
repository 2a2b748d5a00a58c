import { has, Layer, lengthOrType, tooShort } from './layer.ts'
import type { Packet } from './packet.ts'
import { EtherType } from './protocol.ts'

const ETHERNET_HEADER = 14, VLAN_TAG = 4
const LLC_HEADER = 3, SNAP_HEADER = 8
/** DSAP, SSAP and unnumbered information. @source IEEE 802.2; RFC 1042; RFC 2684 section 4 */
const SNAP = 0xaaaa03, LLC_IP = 0x060603, LLC_NLPID = 0xfefe03
/** RFC 1042, and the bridge tunnel of IEEE 802.1H: an EtherType follows. RFC 2684: a bridged frame follows. */
const OUI_ETHERTYPE = 0x000000, OUI_BRIDGE_TUNNEL = 0x0000f8, OUI_BRIDGED = 0x0080c2
const NLPID_IPV4 = 0xcc, NLPID_IPV6 = 0x8e, NLPID_PPP = 0xcf

export function ethernet(packet: Packet): number {
  if (!has(packet, ETHERNET_HEADER)) return tooShort(packet, ETHERNET_HEADER)
  const type = packet.view.getUint16(packet.ipOffset + 12)
  packet.ipOffset += ETHERNET_HEADER
  return lengthOrType(type)
}

/** A tag of IEEE 802.1Q; the first two of a frame are kept. */
export function vlanTag(packet: Packet): number {
  if (!has(packet, VLAN_TAG)) return tooShort(packet, VLAN_TAG)
  const { view, ipOffset } = packet
  const vlan = view.getUint16(ipOffset) & 0x0fff
  if (packet.outerVlan < 0) packet.outerVlan = vlan
  else if (packet.innerVlan < 0) packet.innerVlan = vlan
  packet.ipOffset += VLAN_TAG
  return lengthOrType(view.getUint16(ipOffset + 2))
}

/** LLC, which has an EtherType behind a SNAP header; the network layer protocol identifiers are those of ATM. */
export function llc(packet: Packet): number {
  if (!has(packet, LLC_HEADER)) return tooShort(packet, LLC_HEADER)
  const { view, ipOffset } = packet
  switch ((view.getUint16(ipOffset) << 8) | view.getUint8(ipOffset + 2)) {
    case SNAP:
      return snap(packet)
    case LLC_IP:
      packet.ipOffset += LLC_HEADER
      return EtherType.Ipv4
    case LLC_NLPID:
      return nlpid(packet)
    default:
      return Layer.NonIp
  }
}

function snap(packet: Packet): number {
  if (!has(packet, SNAP_HEADER)) return tooShort(packet, SNAP_HEADER)
  const { view, ipOffset } = packet
  const oui = (view.getUint16(ipOffset + 3) << 8) | view.getUint8(ipOffset + 5)
  const type = view.getUint16(ipOffset + 6)
  packet.ipOffset += SNAP_HEADER
  if (oui === OUI_ETHERTYPE || oui === OUI_BRIDGE_TUNNEL) return type >= 0x0600 ? type : Layer.NonIp
  if (oui !== OUI_BRIDGED || (type !== 1 && type !== 7)) return Layer.NonIp
  // RFC 2684 section 5.2: two octets of padding are before the frame
  packet.ipOffset += 2
  return Layer.Ethernet
}

function nlpid(packet: Packet): number {
  if (!has(packet, LLC_HEADER + 1)) return tooShort(packet, LLC_HEADER + 1)
  const protocol = packet.bytes[packet.ipOffset + LLC_HEADER]
  packet.ipOffset += LLC_HEADER + 1
  if (protocol === NLPID_IPV4) return EtherType.Ipv4
  if (protocol === NLPID_IPV6) return EtherType.Ipv6
  return protocol === NLPID_PPP ? Layer.Ppp : Layer.NonIp
}

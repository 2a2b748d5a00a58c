import type { Packet } from './packet.ts'
import { EtherType } from './protocol.ts'

/**
 * What comes next under a header: an EtherType, or one of these. While layers are walked, `ipOffset` says where the next one begins.
 * Each layer's function moves it behind its own header, by one octet at least, and returns what follows; so a walk ends.
 */
export const Layer = {
  /** The capture, not the frame, ends before IP. */
  Short: -2,
  NonIp: -1,
  /** Destination, source, EtherType or length. */
  Ethernet: 0x10000,
  /** LLC of IEEE 802.2, with or without SNAP. */
  Llc: 0x10001,
  /** PPP, with or without address and control octets. */
  Ppp: 0x10002,
  /** PPP in HDLC framing, or Cisco's HDLC: the first octet tells. */
  Serial: 0x10003,
  CiscoHdlc: 0x10004,
  Wifi: 0x10005,
  Radiotap: 0x10006,
} as const

/** True where so many octets were captured of the layer at `ipOffset`. */
export function has(packet: Packet, octets: number): boolean {
  return packet.captureEnd - packet.ipOffset >= octets
}

/** There are less than `needed` octets: cut by the capture, or the frame was too short to hold IP. */
export function tooShort(packet: Packet, needed: number): number {
  return packet.wireEnd - packet.ipOffset >= needed ? Layer.Short : Layer.NonIp
}

/** What a length/type field says. @source IEEE 802.3 clause 3.2.6 */
export function lengthOrType(value: number): number {
  return value >= 0x0600 ? value : Layer.Llc
}

/** True where the octets from `at` on look like an Ethernet header in front of IP or of what carries it: MPLS does not say what it carries. */
export function looksLikeEthernet(packet: Packet, at: number): boolean {
  if (packet.captureEnd - at < 14) return false
  switch (packet.view.getUint16(at + 12)) {
    case EtherType.Ipv4:
    case EtherType.Ipv6:
    case EtherType.Arp:
    case EtherType.Vlan:
    case EtherType.ServiceVlan:
    case EtherType.StackedVlan:
    case EtherType.Mpls:
    case EtherType.PppoeSession:
      return true
    default:
      return false
  }
}

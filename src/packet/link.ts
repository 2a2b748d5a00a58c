import { Fate } from '../ledger.ts'
import type { Packet } from './packet.ts'
import { EtherType, LinkType } from './protocol.ts'

/** A link type that weir does not decode: counted as non-IP, and named in a warning. */
export const UNKNOWN_LINK = -1

const ETHERNET_HEADER = 14
const VLAN_TAG = 4
/** Linux cooked capture: where its protocol field lies, and its length. @source LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2 */
const SLL_PROTOCOL = 14, SLL_HEADER = 16
const SLL2_PROTOCOL = 0, SLL2_HEADER = 20
const NULL_HEADER = 4

/**
 * Find the IP header under the link layer: sets `ipOffset`, `ipVersion` and the VLANs.
 * Total: never throws, reads only what was captured.
 */
export function decodeLink(packet: Packet): Fate | typeof UNKNOWN_LINK {
  packet.outerVlan = -1
  packet.innerVlan = -1
  switch (packet.linkType) {
    case LinkType.Ethernet:
      return etherType(packet, ETHERNET_HEADER - 2, ETHERNET_HEADER)
    case LinkType.LinuxCooked:
      return etherType(packet, SLL_PROTOCOL, SLL_HEADER)
    case LinkType.LinuxCooked2:
      return etherType(packet, SLL2_PROTOCOL, SLL2_HEADER)
    case LinkType.RawBsd:
    case LinkType.RawOpenBsd:
    case LinkType.Raw:
      return rawIp(packet)
    case LinkType.Ipv4:
      return found(packet, packet.start, 4)
    case LinkType.Ipv6:
      return found(packet, packet.start, 6)
    case LinkType.Null:
    case LinkType.Loop:
      return addressFamily(packet)
    default:
      return UNKNOWN_LINK
  }
}

function found(packet: Packet, offset: number, version: 4 | 6): Fate {
  packet.ipOffset = offset
  packet.ipVersion = version
  return Fate.Keyed
}

/** The frame ends before `needed` octets: cut by the capture, or a runt that cannot hold IP. */
function tooShort(packet: Packet, needed: number): Fate {
  return packet.wireLength >= needed ? Fate.Short : Fate.NonIp
}

/** A header with an EtherType at `typeOffset` and `length` octets, then any stack of VLAN tags. */
function etherType(packet: Packet, typeOffset: number, length: number): Fate {
  if (packet.capturedLength < length) return tooShort(packet, length)
  const view = packet.view
  let type = view.getUint16(packet.start + typeOffset)
  while (type !== EtherType.Ipv4) {
    if (type === EtherType.Ipv6) return found(packet, packet.start + length, 6)
    if (type !== EtherType.Vlan && type !== EtherType.ServiceVlan && type !== EtherType.StackedVlan) return Fate.NonIp
    if (packet.capturedLength < length + VLAN_TAG) return tooShort(packet, length + VLAN_TAG)
    const vlan = view.getUint16(packet.start + length) & 0x0fff
    if (packet.outerVlan < 0) packet.outerVlan = vlan
    else if (packet.innerVlan < 0) packet.innerVlan = vlan
    type = view.getUint16(packet.start + length + 2)
    length += VLAN_TAG
  }
  return found(packet, packet.start + length, 4)
}

function rawIp(packet: Packet): Fate {
  if (packet.capturedLength < 1) return tooShort(packet, 1)
  const version = packet.bytes[packet.start] >> 4
  return version === 4 || version === 6 ? found(packet, packet.start, version) : Fate.NonIp
}

/** BSD loopback: an address family in the byte order of the host that captured, so either; IPv6's differs by system. */
function addressFamily(packet: Packet): Fate {
  if (packet.capturedLength < NULL_HEADER) return tooShort(packet, NULL_HEADER)
  const big = packet.view.getUint32(packet.start)
  const family = big > 0xffff ? packet.view.getUint32(packet.start, true) : big
  if (family === 2) return found(packet, packet.start + NULL_HEADER, 4)
  if (family === 10 || family === 24 || family === 28 || family === 30) return found(packet, packet.start + NULL_HEADER, 6)
  return Fate.NonIp
}

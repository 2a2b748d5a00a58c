import { Fate } from '../ledger.ts'
import { decodeLink, UNKNOWN_LINK } from './link.ts'
import type { Packet } from './packet.ts'
import { LinkType, Protocol } from './protocol.ts'
import { decapsulate, decodeIp } from './tunnel.ts'
import { mayTunnel } from './udp-tunnel.ts'

/**
 * Find the layers of a frame. After `Fate.Keyed` the IP header, its addresses, and the ports of protocols that have them, are in
 * bounds; where `hasTransport` is true so is the fixed transport header. Getters of the header views rely on that and check nothing.
 * Total: never throws, whatever the octets.
 */
export function decode(packet: Packet): Fate | typeof UNKNOWN_LINK {
  return decodeUsual(packet) ? Fate.Keyed : decodeAny(packet)
}

/** The general way, layer by layer. */
export function decodeAny(packet: Packet): Fate | typeof UNKNOWN_LINK {
  const fate = decodeLink(packet)
  if (fate !== Fate.Keyed) return fate
  const outer = decodeIp(packet)
  return outer === Fate.Keyed && packet.entersTunnels ? decapsulate(packet) : outer
}

/** Ethernet, IPv4 without options and TCP: what must have been captured. */
const ETHERNET_HEADER = 14, IPV4_HEADER = 20, TCP_HEADER = 20, UDP_HEADER = 8
/** EtherType of IPv4, version 4, a header of five words. */
const USUAL = 0x080045
/** Offset and more-fragments bits. */
const FRAGMENT_BITS = 0x3fff

/**
 * The frames that nearly all are, read in one go: Ethernet without tags, IPv4 without options and whole, TCP or UDP with their fixed
 * header. It decides nothing by itself: what it says is what `decodeAny` says (measured: half the time of that).
 * @returns false for every other frame
 */
export function decodeUsual(packet: Packet): boolean {
  const { start, capturedLength, view } = packet
  if (packet.linkType !== LinkType.Ethernet || capturedLength < ETHERNET_HEADER + IPV4_HEADER + UDP_HEADER) return false
  if (view.getInt32(start + 12) >> 8 !== USUAL) return false
  const at = start + ETHERNET_HEADER
  if ((view.getUint16(at + 6) & FRAGMENT_BITS) !== 0) return false
  const protocol = view.getUint8(at + 9)
  const length = view.getUint16(at + 2)
  const capturedEnd = start + capturedLength
  const end = at + length < capturedEnd ? at + length : capturedEnd
  const transportOffset = at + IPV4_HEADER
  if (protocol === Protocol.Tcp ? end - transportOffset < TCP_HEADER : protocol !== Protocol.Udp || end - transportOffset < UDP_HEADER || mayTunnel(view, transportOffset)) return false
  packet.outerVlan = -1
  packet.innerVlan = -1
  packet.encapsulationCount = 0
  packet.ipOffset = at
  packet.ipVersion = 4
  packet.ipLength = length
  packet.protocol = protocol
  packet.fragmentOffset = 0
  packet.moreFragments = false
  packet.ipEnd = end
  packet.transportOffset = transportOffset
  packet.hasTransport = true
  return true
}

import { Fate } from '../ledger.ts'
import { decodeIpv4 } from './ipv4.ts'
import { decodeIpv6 } from './ipv6.ts'
import { decodeLink, UNKNOWN_LINK } from './link.ts'
import type { Packet } from './packet.ts'

/**
 * Find the layers of a frame. After `Fate.Keyed` the IP header, its addresses, and the ports of protocols that have them, are in
 * bounds; where `hasTransport` is true so is the fixed transport header. Getters of the header views rely on that and check nothing.
 * Total: never throws, whatever the octets.
 */
export function decode(packet: Packet): Fate | typeof UNKNOWN_LINK {
  const fate = decodeLink(packet)
  if (fate !== Fate.Keyed) return fate
  return packet.ipVersion === 4 ? decodeIpv4(packet) : decodeIpv6(packet)
}

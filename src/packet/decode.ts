import { Fate } from '../ledger.ts'
import { decodeLink, UNKNOWN_LINK } from './link.ts'
import type { Packet } from './packet.ts'
import { decapsulate, decodeIp } from './tunnel.ts'

/**
 * Find the layers of a frame, one after the other. After `Fate.Keyed` the IP header, its addresses, and the ports of protocols that have them, are in
 * bounds; where `hasTransport` is true so is the fixed transport header. Getters of the header views rely on that and check nothing.
 * Total: never throws, whatever the octets.
 */
export function decode(packet: Packet): Fate | typeof UNKNOWN_LINK {
  const fate = decodeLink(packet)
  if (fate !== Fate.Keyed) return fate
  const outer = decodeIp(packet)
  return outer === Fate.Keyed && packet.entersTunnels ? decapsulate(packet) : outer
}

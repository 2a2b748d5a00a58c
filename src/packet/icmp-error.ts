import { Fate } from '../ledger.ts'
import { decodeIpv4 } from './ipv4.ts'
import { decodeIpv6 } from './ipv6.ts'
import type { Packet } from './packet.ts'
import { Protocol } from './protocol.ts'

/** Octets of an error before the packet it quotes. @source RFC 792; RFC 4443 section 3 */
const QUOTE = 8

/** Destination unreachable, source quench, redirect, time exceeded, parameter problem. @source RFC 792 */
const ERRORS_ICMP = new Set([3, 4, 5, 11, 12])
/** ICMPv6: destination unreachable, packet too big, time exceeded, parameter problem. @source RFC 4443 section 2.1 */
const LAST_ERROR_ICMPV6 = 4

/** True where the packet is an ICMP error: of a type that quotes the packet it is about. */
export function isIcmpError(packet: Packet): boolean {
  if (!packet.hasTransport) return false
  const type = packet.bytes[packet.transportOffset]
  if (packet.protocol === Protocol.Icmp) return packet.ipVersion === 4 && ERRORS_ICMP.has(type)
  return packet.protocol === Protocol.Icmpv6 && packet.ipVersion === 6 && type >= 1 && type <= LAST_ERROR_ICMPV6
}

/**
 * Find the layers of the packet that an ICMP error quotes; `quote` is made to show it.
 * Total: never throws. Quotes are not decapsulated.
 * @returns true where the quote has a flow key of its own: its ports were quoted, and it is no later fragment
 */
export function decodeQuote(error: Packet, quote: Packet): boolean {
  const at = error.transportOffset + QUOTE
  const quoted = error.ipEnd - at
  if (quoted < 1) return false
  quote.bytes = error.bytes
  quote.view = error.view
  quote.start = at
  quote.capturedLength = quoted
  // of the quoted packet only its own length field tells how long it was
  quote.wireLength = 0xffff
  quote.number = error.number
  quote.captureEnd = error.ipEnd
  quote.wireEnd = at + quote.wireLength
  quote.encapsulationCount = 0
  quote.seconds = error.seconds
  quote.nanoseconds = error.nanoseconds
  quote.linkType = error.linkType
  quote.interfaceId = error.interfaceId
  quote.outerVlan = error.outerVlan
  quote.innerVlan = error.innerVlan
  quote.ipOffset = at
  quote.ipVersion = error.ipVersion
  const fate = error.ipVersion === 4 ? decodeIpv4(quote) : decodeIpv6(quote)
  return fate === Fate.Keyed && quote.fragmentOffset === 0
}

import { Fate } from '../ledger.ts'
import type { Packet } from './packet.ts'
import { isExtension, Protocol } from './protocol.ts'
import { transport } from './transport.ts'

const PAYLOAD_LENGTH = 4, NEXT_HEADER = 6
export const IPV6_HEADER_LENGTH = 40
const FRAGMENT_HEADER_LENGTH = 8
/** Option of the hop-by-hop header that holds the length of a jumbogram. @source RFC 2675 section 2 */
const JUMBO_OPTION = 0xc2

/**
 * Read the IPv6 header at `ipOffset` and walk its extension headers. @source RFC 8200 sections 3 and 4
 * Total: never throws, reads only what was captured; every extension header is at least 8 octets, so the walk ends.
 */
export function decodeIpv6(packet: Packet): Fate {
  const at = packet.ipOffset
  const capturedEnd = packet.captureEnd
  const onWire = packet.wireEnd - at
  if (capturedEnd - at < IPV6_HEADER_LENGTH) return onWire < IPV6_HEADER_LENGTH ? Fate.Malformed : Fate.Short
  const view = packet.view
  if (view.getUint8(at) >> 4 !== 6) return Fate.Malformed
  const payloadLength = view.getUint16(at + PAYLOAD_LENGTH)
  const next = view.getUint8(at + NEXT_HEADER)
  packet.protocol = next
  packet.fragmentOffset = 0
  packet.moreFragments = false
  packet.transportOffset = at + IPV6_HEADER_LENGTH
  if (payloadLength !== 0) packet.ipLength = IPV6_HEADER_LENGTH + payloadLength
  else if (next === Protocol.NoNextHeader) packet.ipLength = IPV6_HEADER_LENGTH
  else packet.ipLength = (next === Protocol.HopByHop ? jumboLength(packet, capturedEnd) : 0) || onWire
  // what the frame did not hold on the wire no capture cut off
  const end = at + (packet.ipLength < onWire ? packet.ipLength : onWire)
  packet.ipEnd = end < capturedEnd ? end : capturedEnd
  const fate = isExtension(next) ? extensions(packet, end) : Fate.Keyed
  return fate === Fate.Keyed ? transport(packet) : fate
}

/** Move `transportOffset` behind the extension headers. `end`: end of the packet by its length field, or of the frame on the wire. */
function extensions(packet: Packet, end: number): Fate {
  const view = packet.view
  let at = packet.transportOffset
  let next = packet.protocol
  while (isExtension(next)) {
    if (at + 8 > end) return Fate.Malformed
    if (at + 8 > packet.ipEnd) return Fate.Short
    const header = next
    next = view.getUint8(at)
    if (header === Protocol.Fragment) {
      const fragment = view.getUint16(at + 2)
      packet.fragmentOffset = fragment & 0xfff8
      packet.moreFragments = (fragment & 1) !== 0
      packet.identification = view.getInt32(at + 4)
      at += FRAGMENT_HEADER_LENGTH
      // what follows a fragment that is not the first is payload, whatever the next header says
      if (packet.fragmentOffset !== 0) break
    } else {
      // RFC 4302 section 2.2: AH counts 32-bit words, less two; the others 8 octets, less one
      at += header === Protocol.Authentication ? (view.getUint8(at + 1) + 2) << 2 : (view.getUint8(at + 1) + 1) << 3
    }
  }
  packet.protocol = next
  packet.transportOffset = at
  return at > end ? Fate.Malformed : Fate.Keyed
}

/** Length of a jumbogram with its header, from its hop-by-hop option; 0: no such option. */
function jumboLength(packet: Packet, capturedEnd: number): number {
  const view = packet.view
  let at = packet.transportOffset
  if (at + 2 > capturedEnd) return 0
  const end = Math.min(at + ((view.getUint8(at + 1) + 1) << 3), capturedEnd)
  at += 2
  while (at + 2 <= end) {
    const option = view.getUint8(at)
    if (option === JUMBO_OPTION) return at + 6 <= end ? IPV6_HEADER_LENGTH + view.getUint32(at + 2) : 0
    // Pad1 is the one option without a length. RFC 8200 section 4.2
    at += option === 0 ? 1 : 2 + view.getUint8(at + 1)
  }
  return 0
}

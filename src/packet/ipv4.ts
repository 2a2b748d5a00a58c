import { Fate } from '../ledger.ts'
import type { Packet } from './packet.ts'
import { transport } from './transport.ts'

const TOTAL_LENGTH = 2, FRAGMENT = 6, PROTOCOL = 9
export const IPV4_HEADER_LENGTH = 20
const FRAGMENT_OFFSET = 0x1fff, MORE_FRAGMENTS = 0x2000

/**
 * Read the IPv4 header at `ipOffset`: length, fragmentation, protocol, and where the transport header is. @source RFC 791 section 3.1
 * Total: never throws, reads only what was captured.
 */
export function decodeIpv4(packet: Packet): Fate {
  const at = packet.ipOffset
  const capturedEnd = packet.captureEnd
  const onWire = packet.wireEnd - at
  if (capturedEnd - at < IPV4_HEADER_LENGTH) return onWire < IPV4_HEADER_LENGTH ? Fate.Malformed : Fate.Short
  const view = packet.view
  const versionAndLength = view.getUint8(at)
  if (versionAndLength >> 4 !== 4) return Fate.Malformed
  const headerLength = (versionAndLength & 0x0f) << 2
  // a total length of 0 is segmentation offload: the length was to be filled in by the interface
  const length = view.getUint16(at + TOTAL_LENGTH) || onWire
  if (headerLength < IPV4_HEADER_LENGTH || length < headerLength) return Fate.Malformed
  const fragment = view.getUint16(at + FRAGMENT)
  packet.fragmentOffset = (fragment & FRAGMENT_OFFSET) << 3
  packet.moreFragments = (fragment & MORE_FRAGMENTS) !== 0
  packet.ipLength = length
  packet.protocol = view.getUint8(at + PROTOCOL)
  packet.ipEnd = at + length < capturedEnd ? at + length : capturedEnd
  packet.transportOffset = at + headerLength
  return transport(packet)
}

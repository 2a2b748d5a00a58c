import { has, Layer, tooShort } from './layer.ts'
import type { Packet } from './packet.ts'

/** Frame control, from its first octet on: fields of IEEE 802.11 are little-endian. @source IEEE 802.11-2020 section 9.2.4.1 */
const TYPE = 0x0c, DATA = 0x08
const SUBTYPE_QOS = 0x80, SUBTYPE_NO_DATA = 0x40
const TO_DS = 0x01, FROM_DS = 0x02, PROTECTED = 0x40, ORDER = 0x80
const HEADER = 24, ADDRESS = 6, QOS_CONTROL = 2, HT_CONTROL = 4
const SEQUENCE_CONTROL = 22, FRAGMENT_NUMBER = 0x0f
/** A-MSDU present, in QoS control; its subframes begin with two addresses and a length. */
const AGGREGATED = 0x80, SUBFRAME_HEADER = 14

/** A data frame: LLC follows, `isPadded` where the header is padded to a multiple of four octets. Of an aggregate (A-MSDU) the first subframe is read. What is encrypted, or a later fragment, shows no IP. */
export function wifi(packet: Packet, isPadded = false): number {
  if (!has(packet, HEADER)) return tooShort(packet, HEADER)
  const { bytes, ipOffset: at } = packet
  const control = bytes[at], flags = bytes[at + 1]
  if ((control & TYPE) !== DATA || (control & SUBTYPE_NO_DATA) !== 0 || (flags & PROTECTED) !== 0) return Layer.NonIp
  if ((bytes[at + SEQUENCE_CONTROL] & FRAGMENT_NUMBER) !== 0) return Layer.NonIp
  let length = HEADER
  if ((flags & TO_DS) !== 0 && (flags & FROM_DS) !== 0) length += ADDRESS
  let aggregated = false
  if ((control & SUBTYPE_QOS) !== 0) {
    if (!has(packet, length + QOS_CONTROL)) return tooShort(packet, length + QOS_CONTROL)
    aggregated = (bytes[at + length] & AGGREGATED) !== 0
    length += QOS_CONTROL
    if ((flags & ORDER) !== 0) length += HT_CONTROL
  }
  if (isPadded) length = (length + 3) & ~3
  if (aggregated) length += SUBFRAME_HEADER
  packet.ipOffset = at + length
  return Layer.Llc
}

const RADIOTAP_HEADER = 8, PRESENT = 4
const MORE_WORDS = 0x80000000, TSFT = 0x01, FLAGS = 0x02, DATA_PAD = 0x20

/** What the driver says of a frame, and the frame. @source radiotap.org */
export function radiotap(packet: Packet): number {
  if (!has(packet, RADIOTAP_HEADER)) return tooShort(packet, RADIOTAP_HEADER)
  const { view, bytes, ipOffset: at } = packet
  const length = view.getUint16(at + 2, true)
  if (bytes[at] !== 0 || length < RADIOTAP_HEADER) return Layer.NonIp
  if (!has(packet, length)) return tooShort(packet, length)
  const present = view.getUint32(at + PRESENT, true)
  let field = PRESENT
  while (field + 4 <= length && (view.getUint32(at + field, true) & MORE_WORDS) !== 0) field += 4
  field += 4
  // Fields are aligned to their size, counted from the header's beginning; the time stamp has 8 octets
  if ((present & TSFT) !== 0) field = ((field + 7) & ~7) + 8
  // some drivers pad the header to a multiple of four octets
  const isPadded = (present & FLAGS) !== 0 && field < length && (bytes[at + field] & DATA_PAD) !== 0
  packet.ipOffset = at + length
  return wifi(packet, isPadded)
}

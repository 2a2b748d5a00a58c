import { Encapsulation, NO_IDENTIFIER } from './encapsulation.ts'
import { has, Layer } from './layer.ts'
import type { Packet } from './packet.ts'

/** Flags and version. @source RFC 2784; RFC 2890; RFC 2637 section 4.1 */
const CHECKSUM = 0x8000, ROUTING = 0x4000, KEY = 0x2000, SEQUENCE = 0x1000, ACKNOWLEDGMENT = 0x0080, VERSION = 0x0007
const HEADER = 4, FIELD = 4
const PPP = 0x880b
/** @source draft-foschiano-erspan */
const ERSPAN = 0x88be, ERSPAN_III = 0x22eb
const ERSPAN_II_HEADER = 8, ERSPAN_III_HEADER = 12, ERSPAN_SUBHEADER = 8, ERSPAN_SESSION = 0x03ff

/** Generic routing encapsulation: an EtherType tells what follows. Source routes, which nobody uses (RFC 2784), are not read. */
export function gre(packet: Packet, outer: number): number {
  const { view, ipOffset: at } = packet
  if (!has(packet, HEADER)) return Layer.NonIp
  const flags = view.getUint16(at), type = view.getUint16(at + 2)
  if ((flags & ROUTING) !== 0) return Layer.NonIp
  const isPptp = (flags & VERSION) === 1 && type === PPP && (flags & CHECKSUM) === 0
  if ((flags & VERSION) !== 0 && !isPptp) return Layer.NonIp
  const key = at + HEADER + ((flags & CHECKSUM) !== 0 ? FIELD : 0)
  const length = key - at + ((flags & KEY) !== 0 ? FIELD : 0) + ((flags & SEQUENCE) !== 0 ? FIELD : 0) + (isPptp && (flags & ACKNOWLEDGMENT) !== 0 ? FIELD : 0)
  if (!has(packet, length)) return Layer.NonIp
  packet.ipOffset = at + length
  if (type === ERSPAN || type === ERSPAN_III) return erspan(packet, outer, type, (flags & SEQUENCE) !== 0)
  // of PPTP's key, the second half is the call
  const identifier = (flags & KEY) === 0 ? NO_IDENTIFIER : isPptp ? view.getUint16(key + 2) : view.getUint32(key)
  packet.encapsulate(Encapsulation.Gre, outer, at, identifier)
  return type === PPP ? Layer.Ppp : type
}

/** A mirrored frame; type I has no header of its own, and GRE without a sequence number. */
function erspan(packet: Packet, outer: number, type: number, isSequenced: boolean): number {
  const { view, bytes, ipOffset: at } = packet
  let length = type === ERSPAN_III ? ERSPAN_III_HEADER : isSequenced ? ERSPAN_II_HEADER : 0
  if (!has(packet, length)) return Layer.NonIp
  packet.encapsulate(Encapsulation.Erspan, outer, at, length === 0 ? NO_IDENTIFIER : view.getUint16(at + 2) & ERSPAN_SESSION)
  if (type === ERSPAN_III && (bytes[at + length - 1] & 1) !== 0) length += ERSPAN_SUBHEADER
  packet.ipOffset = at + length
  return Layer.Ethernet
}

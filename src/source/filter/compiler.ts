import type { Program } from './program.ts'

/** What becomes of an expression: a program, or the compiler's words about why there is none. */
export type Compiled = Program | string

/**
 * Compile an expression for a capture that begins with these octets.
 * @throws SourceError where the compiler cannot be run
 */
export type Compile = (expression: string, header: Uint8Array) => Compiled

/** Frames longer than any: a filter that passes takes all of a frame. @unit octets */
const SNAPLEN = 262_144
/** OpenBSD's number for raw IP; libpcap knows it there alone. */
const RAW_OPENBSD = 14
const RAW = 101

/**
 * The header of a pcap file. Given a file, the compiler knows that no kernel is there to ask, and, of BSD's null link layer, in which order octets lie.
 * @source draft-ietf-opsawg-pcap section 4
 */
export function captureHeader(linkType: number, littleEndian: boolean): Uint8Array {
  const header = new Uint8Array(24)
  const view = new DataView(header.buffer)
  view.setUint32(0, 0xa1b2c3d4, littleEndian)
  view.setUint16(4, 2, littleEndian)
  view.setUint16(6, 4, littleEndian)
  view.setUint32(16, SNAPLEN, littleEndian)
  view.setUint32(20, linkType === RAW_OPENBSD ? RAW : linkType, littleEndian)
  return header
}

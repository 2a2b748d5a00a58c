import { isPcap } from './pcap.ts'
import { byteOrderOf } from './pcapng.ts'

/** Octets that tell a format. */
export const MAGIC_LENGTH = 24

export type Format = 'pcap' | 'pcapng' | 'gzip'

/** What a capture is, by its first octets; null where weir does not know it. */
export function formatOf(head: Uint8Array): Format | null {
  if (beginsWith(head, 0x1f, 0x8b)) return 'gzip'
  const view = new DataView(head.buffer, head.byteOffset, head.length)
  if (head.length >= 4 && isPcap(view.getUint32(0))) return 'pcap'
  if (head.length >= 12 && byteOrderOf(view, 0) !== null) return 'pcapng'
  return null
}

const UNSUPPORTED: readonly (readonly [name: string, ...magic: number[]])[] = [
  ['is compressed with zstd', 0x28, 0xb5, 0x2f, 0xfd],
  ['is compressed with xz', 0xfd, 0x37, 0x7a, 0x58, 0x5a],
  ['is compressed with bzip2', 0x42, 0x5a, 0x68],
  ['is compressed with lz4', 0x04, 0x22, 0x4d, 0x18],
  ['is compressed with compress (.Z)', 0x1f, 0x9d],
  ['is a zip archive', 0x50, 0x4b, 0x03, 0x04],
  ['is a snoop capture', 0x73, 0x6e, 0x6f, 0x6f, 0x70, 0, 0, 0],
  ['is an IXIA pcap capture', 0x1c, 0x00, 0x01, 0xac],
  ['is an IXIA pcap capture', 0x1c, 0x00, 0x01, 0xab],
  ['is an IXIA pcap capture', 0xac, 0x01, 0x00, 0x1c],
  ['is an IXIA pcap capture', 0xab, 0x01, 0x00, 0x1c],
  ['is a NetMon capture', 0x47, 0x4d, 0x42, 0x55],
  ['is a NetMon capture', 0x52, 0x54, 0x53, 0x53],
]

/** What to call what weir cannot read, so that its user knows what to convert; null where it is no capture at all, as far as can be told. */
export function unsupported(head: Uint8Array): string | null {
  for (const [name, ...magic] of UNSUPPORTED) {
    if (beginsWith(head, ...magic)) return name
  }
  return looksLikeErf(head) ? 'looks like an ERF capture' : null
}

/** ERF has no magic number: a time stamp (little-endian 32.32) after 1995, a known type, and a length that holds its own header, as libtrace asks. */
function looksLikeErf(head: Uint8Array): boolean {
  if (head.length < 16) return false
  const view = new DataView(head.buffer, head.byteOffset)
  const type = view.getUint8(8) & 0x7f
  return view.getUint32(4, true) >= 788_918_400 && type >= 1 && type <= 48 && view.getUint16(10) >= 16
}

function beginsWith(head: Uint8Array, ...magic: number[]): boolean {
  return head.length >= magic.length && magic.every((octet, i) => head[i] === octet)
}

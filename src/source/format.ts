import { compressionOf } from './compression.ts'
import { looksLikeErf } from './erf.ts'
import { beginsWith } from './magic.ts'
import { isPcap } from './pcap.ts'
import { byteOrderOf } from './pcapng.ts'
import { isSnoop } from './snoop.ts'

/** Octets that tell a format. */
export const MAGIC_LENGTH = 24

export type Format = 'pcap' | 'pcapng' | 'snoop' | 'erf' | 'tsh'

/** What a capture is, by its first octets; null where weir does not know it. `tsh` has nothing to be known by. */
export function formatOf(head: Uint8Array): Exclude<Format, 'tsh'> | null {
  const view = new DataView(head.buffer, head.byteOffset, head.length)
  if (head.length >= 4 && isPcap(view.getUint32(0))) return 'pcap'
  if (head.length >= 12 && byteOrderOf(view, 0) !== null) return 'pcapng'
  if (isSnoop(head)) return 'snoop'
  return unsupported(head) === null && compressionOf(head) === null && looksLikeErf(head) ? 'erf' : null
}

const UNSUPPORTED: readonly (readonly [name: string, ...magic: number[]])[] = [
  ['is compressed with compress (.Z)', 0x1f, 0x9d],
  ['is compressed with lz4 as of before 2013', 0x02, 0x21, 0x4c, 0x18],
  ['is a zip archive', 0x50, 0x4b, 0x03, 0x04],
  ['is a 7z archive', 0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c],
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
  return null
}

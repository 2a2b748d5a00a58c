import { beginsWith } from './magic.ts'

export const COMPRESSIONS = ['gzip', 'zstd', 'xz', 'bzip2', 'lz4'] as const
export type Compression = (typeof COMPRESSIONS)[number]

/** RFC 8878 section 3.1.2: frames to be passed over, which lz4 has too. They begin with a length. */
const SKIPPABLE_HEADER = 8

/** How a file is compressed, by its first octets; null where it is not, as far as is known. */
export function compressionOf(head: Uint8Array): Compression | null {
  if (beginsWith(head, 0x1f, 0x8b)) return 'gzip'
  if (beginsWith(head, 0x28, 0xb5, 0x2f, 0xfd)) return 'zstd'
  if (beginsWith(head, 0x04, 0x22, 0x4d, 0x18)) return 'lz4'
  if (beginsWith(head, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return 'xz'
  if (isBzip2(head)) return 'bzip2'
  return isSkippable(head) ? behindSkippable(head) : null
}

/** `BZh`, the size of blocks, and the first block's magic or that of the end. */
function isBzip2(head: Uint8Array): boolean {
  if (!beginsWith(head, 0x42, 0x5a, 0x68) || head.length < 10 || head[3] < 0x31 || head[3] > 0x39) return false
  return beginsWith(head.subarray(4), 0x31, 0x41, 0x59, 0x26, 0x53, 0x59) || beginsWith(head.subarray(4), 0x17, 0x72, 0x45, 0x38, 0x50, 0x90)
}

function isSkippable(head: Uint8Array): boolean {
  return head.length >= SKIPPABLE_HEADER && head[0] >> 4 === 5 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18
}

/** pzstd begins with such a frame; what follows it may lie too far away to be seen. */
function behindSkippable(head: Uint8Array): Compression {
  const length = new DataView(head.buffer, head.byteOffset).getUint32(4, true)
  return compressionOf(head.subarray(Math.min(SKIPPABLE_HEADER + length, head.length))) ?? 'zstd'
}

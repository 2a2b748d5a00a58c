/** @source google/snappy, format_description.txt: copies reach back within blocks of 64 KiB */
const BLOCK = 1 << 16
const TABLE_BITS = 14
/** A match has four octets at least, and ends before the last of a block, so that four can be read at any place that is tried. */
const MARGIN = 15

const table = new Uint16Array(1 << TABLE_BITS)

/** Compress in the format of Snappy. (That of hyparquet-writer writes octet by octet through a growing buffer, and takes three times as long.) */
export function snappy(input: Uint8Array): Uint8Array {
  const { length } = input
  const out = new Uint8Array(32 + length + Math.ceil(length / 6))
  let at = 0
  for (let rest = length; ; rest >>>= 7) {
    out[at++] = rest > 0x7f ? (rest & 0x7f) | 0x80 : rest
    if (rest <= 0x7f) break
  }
  const view = new DataView(input.buffer, input.byteOffset, length)
  for (let start = 0; start < length; start += BLOCK) at = compressBlock(input, view, start, Math.min(length, start + BLOCK), out, at)
  return out.subarray(0, at)
}

function compressBlock(input: Uint8Array, view: DataView, start: number, end: number, out: Uint8Array, at: number): number {
  table.fill(0)
  const limit = end - MARGIN
  let literal = start
  let i = start + 1
  let misses = 32
  while (i < limit) {
    const word = view.getInt32(i, true)
    const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - TABLE_BITS)
    const match = start + table[slot]
    table[slot] = i - start
    if (view.getInt32(match, true) !== word) {
      // what does not repeat is passed over faster and faster
      i += misses++ >>> 5
      continue
    }
    misses = 32
    let length = 4
    while (i + length < end && input[i + length] === input[match + length]) length++
    if (literal < i) at = writeLiteral(input, literal, i, out, at)
    at = writeCopy(out, at, i - match, length)
    i += length
    literal = i
    if (i < limit) table[Math.imul(view.getInt32(i - 1, true), 0x1e35a7bd) >>> (32 - TABLE_BITS)] = i - 1 - start
  }
  return literal < end ? writeLiteral(input, literal, end, out, at) : at
}

function writeLiteral(input: Uint8Array, from: number, to: number, out: Uint8Array, at: number): number {
  const length = to - from
  if (length <= 60) out[at++] = (length - 1) << 2
  else if (length <= 256) {
    out[at++] = 60 << 2
    out[at++] = length - 1
  } else {
    out[at++] = 61 << 2
    out[at++] = length - 1
    out[at++] = (length - 1) >> 8
  }
  if (length > 64) out.set(input.subarray(from, to), at)
  else for (let k = 0; k < length; k++) out[at + k] = input[from + k]
  return at + length
}

function writeCopy(out: Uint8Array, at: number, distance: number, length: number): number {
  for (let rest = length; rest > 0;) {
    // no piece is shorter than four
    const piece = rest > 64 ? (rest < 68 ? 60 : 64) : rest
    if (piece < 12 && distance < 2048) {
      out[at++] = 1 | ((piece - 4) << 2) | ((distance >> 8) << 5)
      out[at++] = distance
    } else {
      out[at++] = 2 | ((piece - 1) << 2)
      out[at++] = distance
      out[at++] = distance >> 8
    }
    rest -= piece
  }
  return at
}

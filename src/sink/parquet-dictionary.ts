/** The distinct values of a column chunk, and for each value which it is. */
export interface Dictionary {
  /** For each value, null or not, the number of its entry. */
  readonly indexes: Uint32Array
  /** For each entry, the place of the first value that is it. */
  readonly first: Uint32Array
}

/** Values that are distinct to this extent are better written as they are. */
const WORTH = 0.5

/** Places of entries by hash; open addressing, twice the room that values need. */
class Table {
  readonly slots: Uint32Array
  readonly shift: number
  readonly mask: number
  constructor(values: number) {
    const bits = Math.max(4, 33 - Math.clz32(values))
    this.slots = new Uint32Array(1 << bits)
    this.shift = 32 - bits
    this.mask = (1 << bits) - 1
  }
}

/** @param words 32 or 64 bits a value, `width` words @returns null where it is not worth while */
export function dictionaryOfWords(words: Uint32Array, width: 1 | 2, length: number): Dictionary | null {
  const { slots, shift, mask } = new Table(length)
  const indexes = new Uint32Array(length), first = new Uint32Array(length)
  const limit = Math.max(16, length * WORTH)
  let entries = 0
  for (let i = 0; i < length; i++) {
    const low = words[i * width], high = words[i * width + width - 1]
    let slot = (Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)) >>> shift
    for (;;) {
      const entry = slots[slot]
      if (entry === 0) {
        if (entries >= limit) return null
        first[entries++] = i
        indexes[i] = (slots[slot] = entries) - 1
        break
      }
      const at = first[entry - 1] * width
      if (words[at] === low && words[at + width - 1] === high) {
        indexes[i] = entry - 1
        break
      }
      slot = (slot + 1) & mask
    }
  }
  return { indexes, first: first.subarray(0, entries) }
}

/** @param offsets value i is `octets` from `offsets[i]` to `offsets[i + 1]` @returns null where it is not worth while */
export function dictionaryOfOctets(octets: Uint8Array, offsets: Int32Array, length: number): Dictionary | null {
  const { slots, shift, mask } = new Table(length)
  const indexes = new Uint32Array(length), first = new Uint32Array(length)
  const limit = Math.max(16, length * WORTH)
  let entries = 0
  for (let i = 0; i < length; i++) {
    const start = offsets[i], end = offsets[i + 1]
    // FNV-1a
    let hash = 0x811c9dc5
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ octets[at], 0x01000193)
    let slot = Math.imul(hash, 0x9e3779b1) >>> shift
    for (;;) {
      const entry = slots[slot]
      if (entry === 0) {
        if (entries >= limit) return null
        first[entries++] = i
        indexes[i] = (slots[slot] = entries) - 1
        break
      }
      if (isSame(octets, offsets[first[entry - 1]], offsets[first[entry - 1] + 1], start, end)) {
        indexes[i] = entry - 1
        break
      }
      slot = (slot + 1) & mask
    }
  }
  return { indexes, first: first.subarray(0, entries) }
}

function isSame(octets: Uint8Array, aStart: number, aEnd: number, start: number, end: number): boolean {
  if (aEnd - aStart !== end - start) return false
  for (let k = 0; k < end - start; k++) if (octets[aStart + k] !== octets[start + k]) return false
  return true
}

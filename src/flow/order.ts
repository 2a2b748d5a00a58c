import type { RowList } from './wheel.ts'

const WORD = 2 ** 32

/**
 * Put rows into the order of their numbers, which are whole and not negative: records leave by the flow's first packet, never by
 * table position. A number and its place in the list go into one integer of 64 bits, and the engine sorts these: it compares integers in one
 * instruction, doubles in a call (docs/decisions/hot-path.md).
 */
export class Ordering {
  private keys = new BigUint64Array(1024)
  /** The same memory, in which the low half comes first: the place, and above it the number. */
  private words = new Uint32Array(this.keys.buffer)
  private rows = new Int32Array(1024)

  /** Stable. @param numbers what to order by: row r's number is at `r * stride + offset` */
  sort({ rows, length }: RowList, numbers: Float64Array | Uint32Array, stride: number, offset: number): void {
    let least = Infinity, greatest = -Infinity, ordered = true
    for (let i = 0; i < length; i++) {
      const number = numbers[rows[i] * stride + offset]
      if (number < greatest) ordered = false
      if (number < least) least = number
      if (number > greatest) greatest = number
    }
    if (ordered) return
    this.reserve(length)
    const { words } = this
    for (let i = 0; i < length; i++) {
      words[2 * i] = i
      // what is above 32 bits is left out
      words[2 * i + 1] = numbers[rows[i] * stride + offset] - least
    }
    this.sortKeys(rows, length)
    if (greatest - least < WORD) return
    // what was left out: the same again
    for (let i = 0; i < length; i++) {
      words[2 * i] = i
      words[2 * i + 1] = Math.floor((numbers[rows[i] * stride + offset] - least) / WORD)
    }
    this.sortKeys(rows, length)
  }

  private readonly sortKeys = (list: Int32Array, length: number): void => {
    const { keys, words, rows } = this
    keys.subarray(0, length).sort()
    rows.set(list.subarray(0, length))
    for (let i = 0; i < length; i++) list[i] = rows[words[2 * i]]
  }

  private reserve(length: number): void {
    if (length <= this.rows.length) return
    const room = 2 ** Math.ceil(Math.log2(length))
    this.keys = new BigUint64Array(room)
    this.words = new Uint32Array(this.keys.buffer)
    this.rows = new Int32Array(room)
  }
}

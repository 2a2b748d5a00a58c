import type { RowList } from './wheel.ts'

/** Below this many rows insertion is faster than counting. */
const FEW = 32
const DIGIT = 8, BUCKETS = 1 << DIGIT
const WORD = 32

/**
 * Put rows into the order of their numbers, which are whole and not negative: records leave by the flow's first packet, never by
 * table position. Radix sort, least digit first: linear, and a list that is in order already costs one pass.
 */
export class Ordering {
  private keys = new Float64Array(1024)
  private swapKeys = new Float64Array(1024)
  private swapRows = new Int32Array(1024)
  private readonly counts = new Int32Array(BUCKETS)

  /** Stable. @param numbers what to order by: row r's number is at `r * stride + offset` */
  sort(list: RowList, numbers: Float64Array | Uint32Array, stride: number, offset: number): void {
    const n = list.length
    if (this.keys.length < n) this.grow(n)
    const { keys } = this
    let least = Infinity, greatest = -Infinity, ordered = true
    for (let i = 0; i < n; i++) {
      const key = numbers[list.rows[i] * stride + offset]
      keys[i] = key
      if (key < greatest) ordered = false
      if (key < least) least = key
      if (key > greatest) greatest = key
    }
    if (ordered) return
    if (n <= FEW) this.insertion(list, n)
    else this.radix(list, n, least, greatest - least)
  }

  private grow(n: number): void {
    const size = 2 ** Math.ceil(Math.log2(n))
    this.keys = new Float64Array(size)
    this.swapKeys = new Float64Array(size)
    this.swapRows = new Int32Array(size)
  }

  private insertion(list: RowList, n: number): void {
    const { keys } = this
    const rows = list.rows
    for (let i = 1; i < n; i++) {
      const key = keys[i], row = rows[i]
      let j = i
      for (; j > 0 && keys[j - 1] > key; j--) {
        keys[j] = keys[j - 1]
        rows[j] = rows[j - 1]
      }
      keys[j] = key
      rows[j] = row
    }
  }

  private radix(list: RowList, n: number, least: number, range: number): void {
    for (let shift = 0; range >= 2 ** shift; shift += DIGIT) {
      const { keys, swapKeys, swapRows, counts } = this
      const rows = list.rows
      counts.fill(0)
      for (let i = 0; i < n; i++) counts[digit(keys[i] - least, shift)]++
      for (let bucket = 0, sum = 0; bucket < BUCKETS; bucket++) {
        const count = counts[bucket]
        counts[bucket] = sum
        sum += count
      }
      for (let i = 0; i < n; i++) {
        const place = counts[digit(keys[i] - least, shift)]++
        swapKeys[place] = keys[i]
        swapRows[place] = rows[i]
      }
      rows.set(swapRows.subarray(0, n))
      this.keys = swapKeys
      this.swapKeys = keys
    }
  }
}

/** The digit at a bit of a whole number up to 2^53. Numbers of packets are seldom 2^32 apart, and a division is slow. */
function digit(number: number, shift: number): number {
  return (shift < WORD ? number >>> shift : Math.floor(number / 2 ** WORD) >>> (shift - WORD)) & (BUCKETS - 1)
}

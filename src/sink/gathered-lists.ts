import type { ObjectColumn } from '../schema/schema.ts'
import { Numbers } from './gathered-numbers.ts'

/** Lists of numbers: list i has the items from `offsets[i]` to `offsets[i + 1]`. */
export class Lists {
  length = 0
  nulls = 0
  readonly items: Numbers
  readonly offsets: Int32Array<ArrayBuffer>
  readonly present: Uint8Array

  constructor(of: 'u8' | 'u16' | 'u32' | 'u64' | 'f64', capacity: number) {
    this.items = new Numbers(of, capacity, of === 'f64')
    this.offsets = new Int32Array(capacity + 1)
    this.present = new Uint8Array(capacity)
  }

  clear(): void {
    this.length = this.nulls = 0
    this.items.clear()
  }

  addLists({ values }: ObjectColumn, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const value = values[i] as ArrayLike<number> | null | undefined
      const isPresent = value !== null && value !== undefined
      if (isPresent) this.items.addItems(value)
      else this.nulls++
      this.present[this.length++] = isPresent ? 1 : 0
      this.offsets[this.length] = this.items.length
    }
  }
}

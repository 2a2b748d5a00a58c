import type { BinsView, ListView } from './field.ts'
import type { Slot } from './layout.ts'
import type { ViewBase } from './view-base.ts'

type Elements = Uint8Array | Uint16Array | Uint32Array | Float64Array

/** The fixed object that shows a list or bins of one view; it is made at first use, and moves with the view. */
abstract class Fixed {
  protected readonly view: ViewBase
  protected readonly slot: Slot
  protected readonly data: Elements
  constructor(view: ViewBase, slot: Slot) {
    this.view = view
    this.slot = slot
    this.data = view.$mark[slot.of ?? 'u32']
  }

  /** The field is there now, where it may be absent. */
  protected show(): void {
    const { view, slot: { valid } } = this
    if (valid !== null) view.$mark.u8[view.$mark.at * 8 + view.$1 + valid.index] |= valid.mask
  }

  protected get start(): number {
    const { view, slot } = this
    const m = view.$mark
    switch (slot.of) {
      case 'f64': return m.at + view.$8 + slot.index
      case 'u16': return m.at * 4 + view.$2 + slot.index
      case 'u8': return m.at * 8 + view.$1 + slot.index
      default: return m.at * 2 + view.$4 + slot.index
    }
  }
}

export class ListAccess extends Fixed implements ListView {
  get length(): number {
    const m = this.view.$mark
    return m.u16[m.at * 4 + this.view.$2 + this.slot.second]
  }

  get capacity(): number {
    return this.slot.max
  }

  at(index: number): number {
    return index >= 0 && index < this.length ? this.data[this.start + index] : NaN
  }

  push(value: number): void {
    const m = this.view.$mark
    const at = m.at * 4 + this.view.$2 + this.slot.second
    const length = m.u16[at]
    if (length === this.slot.max) return
    this.data[this.start + length] = value
    m.u16[at] = length + 1
    this.show()
  }
}

export class BinsAccess extends Fixed implements BinsView {
  get length(): number {
    return this.slot.max
  }

  at(bin: number): number {
    return bin >= 0 && bin < this.slot.max ? this.data[this.start + bin] : NaN
  }

  add(bin: number, n = 1): void {
    const nearest = bin < 0 ? 0 : bin >= this.slot.max ? this.slot.max - 1 : bin
    this.data[this.start + nearest] += n
    this.show()
  }
}

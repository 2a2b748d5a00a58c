import { FAMILY_IPV4, FAMILY_SHIFT } from '../flow/key.ts'
import { DESCRIBED, FIRST, FLAG_PORTS, FLAGS_OCTET, KEY, LAST, NUMBER, PART } from '../flow/row.ts'
import type { FlowTable } from '../flow/table.ts'
import { ipText } from '../packet/address.ts'
import { accessor, type Accessor } from './accessor.ts'
import type { ChainLayout, Extent, Region } from './layout.ts'
import type { Mark } from './mark.ts'
import type { KeyView } from './types.ts'
import type { ViewBase } from './view-base.ts'

/** One side of the flow: the chain's directional fields, through a mark that stands on that side. */
class SideBase implements ViewBase {
  readonly $mark: Mark
  readonly $8: number
  readonly $4: number
  readonly $2: number
  readonly $1: number
  readonly $parts: object[] = []
  readonly $required: readonly SideBase[]
  constructor(mark: Mark, base: Extent, required: readonly SideBase[]) {
    this.$mark = mark
    this.$8 = base[8]
    this.$4 = base[4]
    this.$2 = base[2]
    this.$1 = base[1]
    this.$required = required
  }
}

/** The flow: the chain's fields, its sides, and both sides' fields under their names in the record. */
class FlowBase extends SideBase {
  readonly side: SideBase
  readonly fwd: SideBase
  readonly rev: SideBase
  readonly key: KeyAccess
  declare readonly $required: readonly FlowBase[]
  constructor(mark: Mark, base: Extent, required: readonly FlowBase[], sides: { side: SideBase; fwd: SideBase; rev: SideBase }, key: KeyAccess) {
    super(mark, base, required)
    this.side = sides.side
    this.fwd = sides.fwd
    this.rev = sides.rev
    this.key = key
  }

  get first(): number {
    const m = this.$mark
    return m.u32[m.at * 2 + FIRST] + m.u32[m.at * 2 + FIRST + 1] / 1e9
  }

  get last(): number {
    const m = this.$mark
    return m.u32[m.at * 2 + LAST] + m.u32[m.at * 2 + LAST + 1] / 1e9
  }
}

/** The key of the flow that a mark stands on. */
export class KeyAccess implements KeyView {
  private readonly mark: Mark
  private readonly table: FlowTable
  private readonly words: number
  constructor(mark: Mark, table: FlowTable, described: boolean) {
    this.mark = mark
    this.table = table
    this.words = described ? DESCRIBED : KEY
  }

  get ipVersion(): number {
    const m = this.mark
    return ((m.i32[m.at * 2 + this.words + 3] >> FAMILY_SHIFT) & 3) === FAMILY_IPV4 ? 4 : 6
  }

  get protocol(): number {
    const m = this.mark
    return m.i32[m.at * 2 + this.words + 3] & 0xff
  }

  get sourceAddress(): string {
    return this.addressText(0)
  }

  get destinationAddress(): string {
    return this.addressText(1)
  }

  get sourcePort(): number | null {
    return this.port(1)
  }

  get destinationPort(): number | null {
    return this.port(0)
  }

  get number(): number {
    const m = this.mark
    return m.f64[m.at + NUMBER / 2]
  }

  get part(): number {
    const m = this.mark
    return m.u32[m.at * 2 + PART]
  }

  private port(half: number): number | null {
    const m = this.mark
    if ((m.u8[m.at * 8 + FLAGS_OCTET] & FLAG_PORTS) === 0) return null
    return m.u16[m.at * 4 + (this.words + 2) * 2 + half]
  }

  private addressText(end: number): string {
    const m = this.mark
    if (this.ipVersion === 4) return ipText(m.u8, (m.at * 2 + this.words + end) * 4, 4)
    const { addresses, stride } = this.table
    return ipText(new Uint8Array(addresses.buffer), (m.at * 2 / stride) * 32 + end * 16, 6)
  }
}

export interface ViewClasses {
  readonly Flow: typeof FlowBase
  readonly Side: typeof SideBase
}

/**
 * The view classes of a chain: made once, with the chain, whatever observers use it, so that its hooks always see one class
 * (a class an observer would turn shared hooks megamorphic).
 */
export function makeViews(layout: ChainLayout, required: readonly ViewClasses[]): ViewClasses {
  class Side extends SideBase {}
  class Flow extends FlowBase {}
  const sides = accessors(layout.side)
  for (const [name, { get, set }] of sides) {
    define(Side, name, get, set)
    // the field of a side by its name in the record
    define(Flow, `${name}_fwd`, function (this: FlowBase) { return get.call(this.fwd) }, set && function (this: FlowBase, value: never) { set.call(this.fwd, value) })
    define(Flow, `${name}_rev`, function (this: FlowBase) { return get.call(this.rev) }, set && function (this: FlowBase, value: never) { set.call(this.rev, value) })
  }
  for (const [name, { get, set }] of accessors(layout.flow)) define(Flow, name, get, set)
  // another chain's fields can be read, not written
  required.forEach((views, i) => {
    borrow(Flow, views.Flow, i)
    borrow(Side, views.Side, i)
  })
  return { Flow, Side }
}

function accessors(region: Region): [string, Accessor][] {
  return region.slots.map((slot, place) => [slot.name, accessor(slot, place)])
}

function define(target: { prototype: object }, name: string, get: (this: never) => unknown, set?: ((this: never, value: never) => void) | undefined): void {
  Object.defineProperty(target.prototype, name, { get, ...(set && { set }), enumerable: true, configurable: true })
}

function borrow(target: { prototype: object }, from: { prototype: object }, i: number): void {
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(from.prototype))) {
    const { get } = property
    if (get === undefined || name in target.prototype) continue
    define(target, name, function (this: SideBase) { return get.call(this.$required[i]) })
  }
}


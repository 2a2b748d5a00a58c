import type { FlowTable } from '../flow/table.ts'

/** A place in the rows: all memory, and where one row (or one row's side) begins. Views read through a mark; per packet only the marks move. */
export class Mark {
  readonly f64: Float64Array
  readonly f32: Float32Array
  readonly i32: Int32Array
  readonly u32: Uint32Array
  readonly u16: Uint16Array
  readonly u8: Uint8Array
  readonly pool: Pool
  /** Where it is now, in units of 8 octets: each view makes of it the index that it needs. */
  at = 0

  constructor(table: FlowTable, pool: Pool) {
    this.f64 = table.f64
    this.f32 = table.f32
    this.i32 = table.i32
    this.u32 = table.u32
    this.u16 = table.u16
    this.u8 = table.u8
    this.pool = pool
  }
}

/** Objects that rows hold by number: strings, octets, scratch. Number 0 is none. */
export class Pool {
  private readonly values: unknown[] = [null]
  private readonly free: number[] = []

  get(handle: number): unknown {
    return this.values[handle]
  }

  /** Put `value` in the place of what `handle` held; null gives the place back. @returns the new handle */
  put(handle: number, value: unknown): number {
    if (value === null || value === undefined) {
      if (handle !== 0) {
        this.values[handle] = null
        this.free.push(handle)
      }
      return 0
    }
    const place = handle !== 0 ? handle : (this.free.pop() ?? this.values.length)
    this.values[place] = value
    return place
  }
}

import type { Compiled } from '../chain/compile.ts'
import type { Pool } from '../chain/mark.ts'
import type { FlowTable } from '../flow/table.ts'
import { CAPACITY, RecordBatch } from './batch.ts'
import type { RowMemory } from './field-column.ts'

/** Batches that lie behind the flows, where a row is copied fast, and what they may take. More are made where more flows end at once. @unit octets */
const BATCHES = 16, ROOM = 64 << 20

/** Rows that an outlet wants behind those of the flows. @param stride words of a row */
export function outletRows(stride: number): number {
  return CAPACITY * Math.min(BATCHES, Math.floor(ROOM / (CAPACITY * stride * 4)))
}

/** Holds finished records until they are taken; the batches are used again. */
export class Outlet {
  private readonly make: () => RecordBatch
  private readonly empty: RecordBatch[] = []
  private ready: RecordBatch[] = []
  private current: RecordBatch

  /** @param table has `outletRows` behind those of the flows */
  constructor(compiled: Compiled, pool: Pool, described: boolean, table: FlowTable) {
    let left = outletRows(table.stride) / CAPACITY
    this.make = () => new RecordBatch(compiled, pool, described, left > 0 ? behind(table, --left) : apart(table.stride))
    this.current = this.make()
  }

  readonly append = (table: FlowTable, row: number, reason: number, sourceNames: readonly string[]): void => {
    if (this.current.full) this.turn()
    this.current.append(table, row, reason, sourceNames)
  }

  get waiting(): boolean {
    return this.ready.length > 0 || this.current.length > 0
  }

  /** True where a whole batch waits. */
  get hasWhole(): boolean {
    return this.ready.length > 0
  }

  /** All records so far, in order; they are the caller's until `giveBack`. */
  take(): RecordBatch[] {
    if (this.current.length > 0) this.turn()
    const taken = this.ready
    this.ready = []
    return taken
  }

  giveBack(batch: RecordBatch): void {
    batch.clear()
    this.empty.push(batch)
  }

  private turn(): void {
    this.ready.push(this.current)
    this.current = this.empty.pop() ?? this.make()
  }
}

function behind({ i32, u32, f64, f32, u16, u8, stride, capacity }: FlowTable, batch: number): RowMemory {
  return { i32, u32, f64, f32, u16, u8, stride, start: (capacity + batch * CAPACITY) * stride }
}

function apart(stride: number): RowMemory {
  const rows = new ArrayBuffer(CAPACITY * stride * 4)
  return {
    i32: new Int32Array(rows), u32: new Uint32Array(rows), f64: new Float64Array(rows), f32: new Float32Array(rows), u16: new Uint16Array(rows), u8: new Uint8Array(rows), stride, start: 0,
  }
}

import type { Compiled } from '../chain/compile.ts'
import type { Pool } from '../chain/mark.ts'
import type { FlowTable } from '../flow/table.ts'
import { RecordBatch } from './batch.ts'

/** Holds finished records until they are taken; the batches are used again. */
export class Outlet {
  private readonly make: () => RecordBatch
  private readonly empty: RecordBatch[] = []
  private ready: RecordBatch[] = []
  private current: RecordBatch

  constructor(compiled: Compiled, pool: Pool, described: boolean) {
    this.make = () => new RecordBatch(compiled, pool, described)
    this.current = this.make()
  }

  append(table: FlowTable, row: number, reason: number, sourceNames: readonly string[]): void {
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

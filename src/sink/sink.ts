import type { Ledger } from '../ledger.ts'
import type { Batch, Schema } from '../schema/schema.ts'

/** Where records go. A sink of your own implements this and is given to `observer.writeTo`. */
export interface Sink {
  /**
   * Called once, before the first record. `ledger` is the observer's, which counts on: it is whole when `close` is called.
   * @throws SinkError when the target cannot be opened.
   */
  open(schema: Schema, ledger?: Ledger): void | Promise<void>
  /**
   * Write all records of the batch, in order. The batch is reused when this has returned, or when the promise it returned is settled:
   * until then no further packet is read, so a slow sink slows the source down.
   */
  write(batch: Batch): void | Promise<void>
  /** Called once after the last record, also when the observation failed. */
  close(): void | Promise<void>
}

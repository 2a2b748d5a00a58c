import { SinkError } from '../errors.ts'
import type { ByteTarget } from './target.ts'

/** Large enough that writing costs nothing, small enough to stay in a core's cache. */
const BLOCK = 1 << 18

/** Two blocks of memory: one is filled while the target writes the other. */
export class Blocks {
  /** The block that is being filled, its view, and where the next octet goes. */
  bytes = new Uint8Array(BLOCK)
  view = new DataView(this.bytes.buffer)
  at = 0
  /** Records in all blocks so far, counted by who fills them, so that an error can say how many were written. */
  records = 0
  private written = 0
  private readonly target: ByteTarget
  private spare = new Uint8Array(BLOCK)
  private writing: Promise<void> | null = null
  private failure: { error: unknown } | null = null

  constructor(target: ByteTarget) {
    this.target = target
  }

  /** Hand the block to the target, waiting for the one before, and go on with one that has room for `need` octets. */
  async turn(need = 0): Promise<void> {
    await this.idle()
    this.handOver()
    if (need > this.bytes.length) this.use(new Uint8Array(need * 2))
  }

  /** Add octets that are there already. */
  async put(octets: Uint8Array): Promise<void> {
    for (let from = 0; from < octets.length;) {
      if (this.at === this.bytes.length) await this.turn()
      const piece = octets.subarray(from, from + this.bytes.length - this.at)
      this.bytes.set(piece, this.at)
      this.at += piece.length
      from += piece.length
    }
  }

  /** Hand the block over only if the target is idle: nothing that is finished waits for a block to fill. @throws what its last `write` threw. */
  offer(): void {
    if (this.failure !== null) throw this.failure.error
    if (this.writing === null) this.handOver()
  }

  /** Write what is left and close the target, also when it failed before. */
  async close(): Promise<void> {
    try {
      await this.turn()
      await this.idle()
    } finally {
      await this.target.close().catch((error: unknown) => { throw this.counted(error) })
    }
  }

  /** Wait for the target. @throws what its last `write` threw. */
  private async idle(): Promise<void> {
    if (this.writing !== null) await this.writing
    if (this.failure !== null) throw this.failure.error
  }

  private handOver(): void {
    if (this.at === 0) return
    const full = this.bytes
    this.writing = this.write(full.subarray(0, this.at), this.records)
    this.use(this.spare)
    this.spare = full
  }

  private use(bytes: Uint8Array<ArrayBuffer>): void {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer)
    this.at = 0
  }

  /** Never rejects: a failure is thrown where somebody waits for it. */
  private async write(bytes: Uint8Array, records: number): Promise<void> {
    try {
      await this.target.write(bytes)
      this.written = records
    } catch (error) {
      this.failure = { error: this.counted(error) }
    }
    this.writing = null
  }

  private counted(error: unknown): unknown {
    if (error instanceof SinkError && this.target.holdsBack !== true) error.records ??= this.written
    return error
  }
}

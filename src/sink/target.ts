/** Where a text or binary format puts its octets. One of your own implements this and is given to `ndjson`. */
export interface ByteTarget {
  /** True where octets that were taken may be lost when a later `write` or `close` fails, as in a compressor. */
  readonly holdsBack?: boolean
  /** Write all of `bytes`. They are left untouched until this has returned, or the promise it returned is settled. @throws SinkError */
  write(bytes: Uint8Array): void | Promise<void>
  /** Called once, after the last `write`, also after one that failed. @throws SinkError when what was written cannot be kept. */
  close(): Promise<void>
}

/**
 * Every error that weir raises on purpose. Match on `code`: it is stable; the message may change.
 * Packets never raise: a bad packet is counted in the ledger.
 */
export class WeirError extends Error {
  /** Stable, `WEIR_` and what went wrong. */
  readonly code: string
  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = new.target.name
    this.code = code
  }
}

/** An option or a name is wrong; nothing was read. */
export class OptionError extends WeirError {
  /** Which one, where it is one of `observe`; the message begins with it. */
  readonly option: string | null
  constructor(code: string, message: string, options?: { cause?: unknown; option?: string }) {
    super(code, message, options)
    this.option = options?.option ?? null
  }
}

/** A chain's declaration breaks a rule, or two chains clash; nothing was read. */
export class ChainError extends WeirError {}

/** A source cannot be opened or read, or is no capture that weir knows. */
export class SourceError extends WeirError {}

/** A capture is cut or corrupt. What came before the fault was read. `offset` is in octets of the (decompressed) capture. */
export class CaptureError extends WeirError {
  readonly offset: number
  constructor(code: string, message: string, offset: number, options?: { cause?: unknown }) {
    super(code, message, options)
    this.offset = offset
  }
}

/** A target cannot be opened or written. The message of one that `writeTo` throws says how many records were written before. */
export class SinkError extends WeirError {
  /** Records that were written before; null where nobody knows how many of those that were given got there. */
  records: number | null = null
  /** These went with the file: one that is not whole is not kept. */
  removed = false
}

/** A user's hook threw, or returned what is no verdict. `cause` is what it threw. */
export class HookError extends WeirError {
  readonly chain: string
  readonly hook: string
  /** Number of the packet, from 1. */
  readonly packet: number
  constructor(code: string, message: string, at: { chain: string; hook: string; packet: number }, options?: { cause?: unknown }) {
    super(code, message, options)
    this.chain = at.chain
    this.hook = at.hook
    this.packet = at.packet
  }
}

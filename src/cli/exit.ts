import { CommanderError } from 'commander'

import { CaptureError, ChainError, HookError, OptionError, SinkError, SourceError, WeirError } from '../index.ts'

/** Exit statuses of the command. */
export const Status = {
  Done: 0,
  /** Done, but a capture was cut or corrupt. */
  Cut: 1,
  Usage: 2,
  /** A source or a target cannot be opened, read or written. */
  Unusable: 3,
  /** A chain is wrong, or its code failed. */
  Chain: 4,
  /** None of these: a fault of weir. @source sysexits.h, EX_SOFTWARE */
  Internal: 70,
} as const
export type Status = (typeof Status)[keyof typeof Status]

export function statusOf(error: unknown): Status {
  if (error instanceof OptionError) return Status.Usage
  if (error instanceof SourceError || error instanceof SinkError) return Status.Unusable
  if (error instanceof ChainError || error instanceof HookError) return Status.Chain
  if (error instanceof CaptureError) return Status.Cut
  if (error instanceof CommanderError) return error.exitCode === 0 ? Status.Done : Status.Usage
  return Status.Internal
}

/** True where the reader of standard output, `head` for one, has seen enough. */
export function isReaderGone(error: unknown): boolean {
  return error instanceof SinkError && error.code === 'WEIR_SINK_CLOSED'
}

/** One line that says what is wrong and what to do; all there is to know with WEIR_DEBUG=1. */
export function messageOf(error: unknown): string {
  if (process.env['WEIR_DEBUG'] === '1' && error instanceof Error) return `weir: ${error.stack}${error.cause === undefined ? '' : `\ncaused by: ${String((error.cause as Error).stack ?? error.cause)}`}`
  const message = (error instanceof Error ? error.message : String(error)).trim().replace(/\s*\n\s*/g, ': ')
  return error instanceof WeirError ? `weir: ${message}` : `weir: internal error: ${message}: please report it, with what WEIR_DEBUG=1 shows`
}

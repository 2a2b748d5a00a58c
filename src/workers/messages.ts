import { CaptureError, ChainError, HookError, OptionError, SinkError, SourceError, WeirError } from '../errors.ts'
import type { Ledger } from '../ledger.ts'
import type { FlowOptions, Warning } from '../observer/options.ts'
import type { LiveOptions } from '../source/live/options.ts'
import type { BatchMessage } from './batch-copy.ts'

/** What a worker is to do. */
export interface Task {
  /** The interface. */
  readonly name: string
  readonly live: Omit<LiveOptions, 'interfaces'>
  readonly options: FlowOptions
  /** What its module makes the chains from. */
  readonly data: unknown
}

export type ToWorker =
  /** Open the interface, with those of the group; null begins one. */
  | { readonly kind: 'open'; readonly group: number | null }
  | { readonly kind: 'begin' }
  /** A batch was read; another may come. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'flush' }
  | { readonly kind: 'purge'; readonly seconds: number }
  /** Read no more. Where the records are not wanted either, they are not sent. */
  | { readonly kind: 'stop'; readonly discard: boolean }
  /** All have stopped: close, and end. */
  | { readonly kind: 'leave' }

export type FromWorker =
  | { readonly kind: 'ready'; readonly group: number }
  | BatchMessage
  | { readonly kind: 'status'; readonly status: Status }
  | { readonly kind: 'warning'; readonly warning: Warning }
  /** The last record was sent. */
  | { readonly kind: 'ended'; readonly error: Sent | null }

export interface Status {
  readonly ledger: Ledger
  readonly active: number
  readonly position: number
  readonly fault: Sent | null
}

/** An error on its way to another thread, where it would lose its class. */
export interface Sent {
  readonly type: string
  readonly message: string
  readonly stack: string
  /** The stack of what caused it. */
  readonly cause: string | null
  /** Its code, and what else it has. */
  readonly properties: Readonly<Record<string, unknown>>
}

const CLASSES = new Map([CaptureError, ChainError, HookError, OptionError, SinkError, SourceError, WeirError].map((each) => [each.name, each.prototype]))

export function send(error: unknown): Sent {
  if (!(error instanceof Error)) return { type: '', message: String(error), stack: '', cause: null, properties: {} }
  const { name, message, stack = '', cause } = error
  return { type: name, message, stack, cause: cause instanceof Error ? (cause.stack ?? cause.message) : null, properties: error instanceof WeirError ? { ...error } : {} }
}

/** The error again, of its class. */
export function received({ type, message, stack, cause, properties }: Sent): Error {
  const error = Object.assign(new Error(message, cause === null ? {} : { cause }), properties, { stack })
  const prototype = CLASSES.get(type)
  return prototype === undefined ? error : (Object.setPrototypeOf(error, prototype) as Error)
}

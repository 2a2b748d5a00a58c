import type { FieldInfo } from '../schema/schema.ts'

/**
 * A field of the record. R: its value in a finished record. V: what a hook sees (a number; for lists and bins a view).
 * Made by the constructors below; the `~` members are not for you.
 */
export interface Field<R, V = R> {
  readonly kind: FieldKind
  readonly info: FieldInfo
  readonly nullable: boolean
  readonly internal?: boolean
  readonly of?: ElementKind
  readonly max?: number
  readonly labels?: readonly string[]
  readonly from?: FlowProperty
  readonly '~r'?: R
  readonly '~v'?: V
}

/** In the row, seen by hooks, no column of the record. */
export interface Internal<V> {
  readonly kind: FieldKind
  readonly internal: true
  readonly '~v'?: V
}

export type ElementKind = 'u8' | 'u16' | 'u32' | 'f64'
export type FieldKind =
  | 'u8' | 'u16' | 'u32' | 'u64' | 'i32' | 'f32' | 'f64' | 'bool' | 'oneOf'
  | 'address' | 'text' | 'bytes' | 'list' | 'bins' | 'scratch' | 'flow'

/** What the observer knows of every flow: a field may show it without keeping it again. */
export type FlowProperty =
  | 'sourceAddress' | 'destinationAddress' | 'protocol' | 'sourcePort' | 'destinationPort'
  | 'number' | 'part' | 'duration' | 'source' | 'firstNanoseconds' | 'lastNanoseconds'

/** A list in the row, as a hook sees it. What does not fit is dropped. */
export interface ListView {
  readonly length: number
  readonly capacity: number
  at(index: number): number
  push(value: number): void
}

/** Counters in the row, as a hook sees them. */
export interface BinsView {
  readonly length: number
  at(bin: number): number
  /** Count `n` more (1) in a bin; a bin outside the range counts in the nearest. */
  add(bin: number, n?: number): void
}

function field<R, V = R>(kind: FieldKind, info: FieldInfo, more: Partial<Field<R, V>> = {}): Field<R, V> {
  return { kind, info, nullable: false, ...more }
}

/** @range 0-255 */
export const u8 = (info: FieldInfo): Field<number> => field('u8', info)
/** @range 0-65535 */
export const u16 = (info: FieldInfo): Field<number> => field('u16', info)
/** @range 0-4294967295 */
export const u32 = (info: FieldInfo): Field<number> => field('u32', info)
/** A counter: a double, exact to 2^53. */
export const u64 = (info: FieldInfo): Field<number> => field('u64', info)
export const i32 = (info: FieldInfo): Field<number> => field('i32', info)
export const f32 = (info: FieldInfo): Field<number> => field('f32', info)

/** A double. */
export interface Double extends Field<number> {
  readonly kind: 'f64'
}
export const f64 = (info: FieldInfo): Double => ({ kind: 'f64', info, nullable: false })

export const bool = (info: FieldInfo): Field<boolean> => field('bool', info)

/** An IPv4 or IPv6 address as text; null until it is set. */
export const address = (info: FieldInfo): Field<string | null> => field('address', info, { nullable: true })

/** A string; null until it is set. `max`: longer ones are cut (characters; 255). */
export const text = (info: FieldInfo & { readonly max?: number }): Field<string | null> => field('text', info, { nullable: true, max: info.max ?? 255 })

/** Octets, copied when they are set; null until then. `max`: more are cut (255). */
export const bytes = (info: FieldInfo & { readonly max?: number }): Field<Uint8Array | null> => field('bytes', info, { nullable: true, max: info.max ?? 255 })

/** Up to `max` numbers. */
export function list(of: ElementKind, info: FieldInfo & { readonly max: number }): Field<readonly number[], ListView> {
  return field('list', info, { of, max: info.max })
}

/** A fixed number of counters: a histogram. */
export function bins(count: number, info: FieldInfo): Field<readonly number[], BinsView> {
  return field('bins', info, { max: count })
}

/** One of a few words, the first until another is set; in the row it is a number. */
export function oneOf<const L extends readonly [string, ...string[]]>(labels: L, info: FieldInfo): Field<L[number]> {
  return field('oneOf', info, { labels })
}

/**
 * A field that may be absent: null until it is set. An f64 is NaN in a hook (`if (!(side.rtt_min <= rtt)) side.rtt_min = rtt`) and null in a
 * record: a getter that returned `number | null` would box the number at every read.
 */
export function nullable(field: Double): Field<number | null, number>
/** A list to which nothing was added, bins in which nothing was counted, are null in the record. */
export function nullable<V extends ListView | BinsView>(field: Field<readonly number[], V>): Field<readonly number[] | null, V>
export function nullable<R>(field: Field<R>): Field<R | null>
export function nullable(field: Field<unknown>): Field<unknown> {
  return { ...field, nullable: true }
}

/** Keep the field in the row for hooks, and leave it out of the record. */
export function state<V>(field: Field<unknown, V>): Internal<V> {
  return { ...field, internal: true }
}

/** An object of your own a flow (a handshake being put together), null until it is set; it is dropped at the flow's end. */
export function scratch<T extends object>(): Internal<T | null> {
  return { kind: 'scratch', internal: true }
}

interface FlowValues {
  sourceAddress: string
  destinationAddress: string
  protocol: number
  sourcePort: number | null
  destinationPort: number | null
  number: number
  part: number
  duration: number
  source: string
  firstNanoseconds: bigint
  lastNanoseconds: bigint
}

/** A column of what the observer knows of the flow anyway; it takes no memory, and hooks read it from `flow.key`. */
export function ofFlow<P extends FlowProperty>(from: P, info: FieldInfo): Field<FlowValues[P], never> {
  return field<FlowValues[P], never>('flow', info, { from, nullable: from === 'sourcePort' || from === 'destinationPort' })
}

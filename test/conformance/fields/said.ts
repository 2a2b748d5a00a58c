import type { FlowOptions } from '../../../src/index.ts'
import type { Capture } from '../../truth/corpora.ts'
import type { Ends, Flow } from '../flow.ts'

export type Value = string | number | boolean | null | readonly number[]
export type FieldRecord = Readonly<Record<string, Value>>

/** What a tool says of a flow, under the names of weir's fields; `_fwd` is the tool's own direction. */
export interface Said {
  /** Null where it does not say which flow it is: the capture has one. */
  readonly ends: Ends | null
  readonly fields: FieldRecord
}

/** Why a tool says something else of a field: what it would say of weir's record. */
export interface FieldRule {
  readonly name: string
  readonly reason: string
  /** True where the difference is one that the rule is about. */
  explains?(field: string, said: Value, record: FieldRecord): boolean
  /** True for a flow that weir does not have as one. */
  explainsMissing?(said: Said): boolean
}

/** Why a tool says something else of a flow, and what it then says: computed from what weir saw. */
export interface Stage {
  readonly name: string
  readonly reason: string
  /** How it groups weir's packets. */
  apply?(flows: readonly Flow[]): readonly Flow[]
  /** What it makes of weir's fields. */
  view?(record: FieldRecord): FieldRecord
}

/** What one tool says of one capture, and how weir must be run to see the same flows. */
export interface FieldTool {
  readonly tool: string
  readonly capture: Pick<Capture, 'name' | 'path'>
  readonly flows: readonly Said[]
  readonly options?: FlowOptions
  /** Default: all that are built in. */
  readonly chains?: string
  /** Fields under the tool's own names, computed from those of a record. */
  view?(record: FieldRecord): FieldRecord
  /** How far numbers may be apart, as a part of the greater one, or of 1. Default 0. */
  readonly tolerance?: number
  /** Applied one on top of the other. */
  readonly stages?: readonly Stage[]
  /** For what is left after them. */
  readonly rules?: readonly FieldRule[]
}

/** Flows as those have them who know no timeout. */
export const NO_TIMEOUT: FlowOptions = { idleTimeout: 1e8, expiryDelay: 1e8 }

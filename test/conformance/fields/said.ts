import type { FlowOptions } from '../../../src/index.ts'
import type { Capture } from '../../truth/corpora.ts'
import type { Ends } from '../flow.ts'

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

/** What one tool says of one capture, and how weir must be run to see the same flows. */
export interface FieldTool {
  readonly tool: string
  readonly capture: Pick<Capture, 'name' | 'path'>
  readonly flows: readonly Said[]
  readonly options?: FlowOptions
  /** Default: all that are built in. */
  readonly chains?: string
  readonly rules?: readonly FieldRule[]
}

/** Flows as those have them who know no timeout. */
export const NO_TIMEOUT: FlowOptions = { idleTimeout: 1e8, expiryDelay: 1e8 }

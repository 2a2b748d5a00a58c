import type { HookName } from '../chain/types.ts'

/** A hook as the pipeline calls it; what it returns is checked there. */
export type Call = (flow: object, header?: unknown, rev?: boolean, packet?: unknown) => unknown

/** The hooks of one kind, in the order of the chains: the function, and the chain's view of the flow to call it with. */
export interface HookList {
  readonly name: HookName
  /** By which the caller knows the list. */
  readonly number: number
  readonly chains: readonly string[]
  readonly calls: readonly Call[]
  readonly views: readonly object[]
  readonly length: number
}

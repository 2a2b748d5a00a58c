import type { Capture } from '../truth/corpora.ts'
import type { Counted, Flow } from './flow.ts'

/** Why another tool counts otherwise, and what it then counts: computed from what weir saw. */
export interface Rule {
  readonly name: string
  readonly reason: string
  apply(flows: readonly Flow[]): readonly Flow[]
}

/** What a tool said of a capture, in one file. */
export interface Expectation {
  /** The tool, and how it was run. */
  readonly tool: string
  readonly capture: Capture
  /** Lazy: not every file says something. */
  flows(): readonly Counted[]
  /** How the tool divided packets into flows, as weir's option. */
  readonly key?: string
  /** Whose flow a packet in a tunnel is, as weir's option. */
  readonly tunnels?: 'outer'
  /** False for flows that the tool was told to leave out. Default: it was told nothing. */
  readonly takes?: (flow: Flow) => boolean
  /** In the order in which they are applied, each on top of those before. */
  readonly rules: readonly Rule[]
  /** Why it says nothing to compare with. */
  readonly skip?: string
}

/** Finds what one tool said of a capture. */
export type Tool = (folder: string, capture: Capture) => readonly Expectation[]

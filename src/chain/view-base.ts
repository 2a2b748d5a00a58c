import type { Mark } from './mark.ts'

/** What accessors need of the object they stand on: a place, and where the chain's elements of each width begin from there. */
export interface ViewBase {
  readonly mark: Mark
  readonly b8: number
  readonly b4: number
  readonly b2: number
  readonly b1: number
  /** Views of its lists and bins, by the field's place; made at first use. */
  readonly parts: object[]
}

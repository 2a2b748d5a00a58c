import type { Mark } from './mark.ts'

/**
 * What accessors need of the object they stand on: a place, and where the chain's elements of each width begin from there.
 * Their names begin as no field's may: a chain's fields are accessors on the same object.
 */
export interface ViewBase {
  readonly $mark: Mark
  readonly $8: number
  readonly $4: number
  readonly $2: number
  readonly $1: number
  /** Views of its lists and bins, by the field's place; made at first use. */
  readonly $parts: object[]
}

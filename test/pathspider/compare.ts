import type { FlatRecord } from './model.ts'

/** What two observers have in common, and what only one of them has. */
export interface Comparison {
  readonly equal: number
  readonly onlyLeft: readonly string[]
  readonly onlyRight: readonly string[]
}

/** Compare records as a multiset, by the fields named; when they were emitted does not count. */
export function compare(left: readonly FlatRecord[], right: readonly FlatRecord[], fields: readonly string[]): Comparison {
  const rest = right.map((record) => text(record, fields))
  const onlyLeft: string[] = []
  for (const record of left) {
    const line = text(record, fields)
    const at = rest.indexOf(line)
    if (at < 0) onlyLeft.push(line)
    else rest.splice(at, 1)
  }
  return { equal: left.length - onlyLeft.length, onlyLeft, onlyRight: rest }
}

/** Number of records in which they differ: one that became two counts once, as does one that is missing. */
export function differing({ onlyLeft, onlyRight }: Comparison): number {
  return Math.max(onlyLeft.length, onlyRight.length)
}

function text(record: FlatRecord, fields: readonly string[]): string {
  return fields.map((name) => `${name}=${record[name]}`).join(' ')
}

import type { Result } from './compare.ts'

export interface Totals {
  readonly compared: number
  readonly flows: number
  readonly equal: number
  readonly explained: number
  readonly unexplained: number
  /** Not compared. */
  readonly skipped: number
}

export function totals(results: readonly Result[]): Totals {
  const sum = (of: (result: Result) => number) => results.reduce((total, result) => total + of(result), 0)
  return {
    compared: sum(({ skipped }) => (skipped === null ? 1 : 0)),
    flows: sum(({ flows }) => flows),
    equal: sum(({ equal }) => equal),
    explained: sum(explainedOf),
    unexplained: sum(({ unexplained }) => unexplained.length),
    skipped: sum(({ skipped }) => (skipped === null ? 0 : 1)),
  }
}

function explainedOf({ explained }: Result): number {
  return [...explained.values()].reduce((total, count) => total + count, 0)
}

/** How many flows, or values, each rule explains. */
export function byRule(results: readonly Pick<Result, 'explained'>[]): Map<string, number> {
  const rules = new Map<string, number>()
  for (const { explained } of results) for (const [name, count] of explained) rules.set(name, (rules.get(name) ?? 0) + count)
  return rules
}

/** The table, every flow that nothing explains, the rules, and the totals. */
export function report(results: readonly Result[], reasons: ReadonlyMap<string, string>): string {
  const { compared, flows, equal, explained, unexplained, skipped } = totals(results)
  const rows = results.map((result) => [
    result.capture, result.tool,
    ...(result.skipped === null ? [result.flows, result.equal, explainedOf(result), result.unexplained.length] : ['', '', '', '']).map(String),
    result.skipped === null ? [...result.explained.keys()].join(', ') : `skipped: ${result.skipped}`,
  ])
  return [
    ...table([['capture', 'tool', 'flows', 'equal', 'explained', 'unexplained', 'why'], ...rows]),
    '',
    ...results.flatMap((result) => result.unexplained.map((each) => `unexplained: ${result.capture}: ${each}`)),
    ...[...byRule(results)].map(([name, count]) => `explained by '${name}': ${count}. ${reasons.get(name) ?? ''}`),
    `${compared} compared: ${flows} flows, ${equal} equal, ${explained} explained, ${unexplained} unexplained; ${skipped} skipped`,
  ].join('\n')
}

function table(rows: readonly string[][]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  return rows.map((row) => row.map((cell, i) => (i >= 2 && i <= 5 ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  ').trimEnd())
}

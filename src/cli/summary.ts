import type { Ledger } from '../index.ts'
import { grouped, rounded, share } from './figures.ts'

export interface Run {
  /** @unit seconds */
  readonly elapsed: number
  /** Where the records went, in words. */
  readonly output: string
  readonly interrupted: boolean
  /** Where the whole ledger is. */
  readonly file: string | null
}

const FATES = [
  ['in_flows', 'in flows'],
  ['vetoed', 'of flows that a chain ignores'],
  ['non_ip', 'not IP'],
  ['short', 'captured too short'],
  ['malformed', 'malformed'],
  ['orphan_fragments', 'fragments without a first'],
] as const

/** What came of the run, on one screen. */
export function summary(ledger: Ledger, { elapsed, output, interrupted, file }: Run): string {
  const { packets, flows, flows_vetoed, active_cuts, records, filtered, dropped } = ledger
  const rate = elapsed > 0 ? `, ${rounded(packets / elapsed)} packets/s` : ''
  const lines = [`${interrupted ? 'interrupted: ' : ''}${amount(packets, 'packet')} in ${elapsed.toFixed(2)} s${rate}`]
  const rows: [string, string, string][] = []
  for (const [name, label] of FATES) if (ledger[name] > 0) rows.push([label, grouped(ledger[name]), share(ledger[name], packets)])
  if (filtered !== null && filtered > 0) rows.push(['filtered out before', grouped(filtered), ''])
  if (dropped !== null && dropped > 0) rows.push(['dropped before', grouped(dropped), ''])
  const [label, number] = [0, 1].map((k) => Math.max(0, ...rows.map((row) => row[k].length)))
  for (const row of rows) lines.push(`  ${row[0].padEnd(label)}  ${row[1].padStart(number)}  ${row[2].padStart(6)}`.trimEnd())
  const more = [
    ...(active_cuts > 0 ? [`${grouped(active_cuts)} cut by the active timeout`] : []),
    ...(flows_vetoed > 0 ? [`${amount(flows_vetoed, 'flow')} ignored`] : []),
  ]
  lines.push(`${amount(flows, 'flow')}, ${amount(records, 'record')}${more.length > 0 ? ` (${more.join(', ')})` : ''} to ${output}`)
  if (file !== null) lines.push(`the ledger is in ${file}`)
  return `${lines.join('\n')}\n`
}

function amount(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? '' : 's'}`
}

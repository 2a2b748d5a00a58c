import { join } from 'node:path'

import { type AnyChain, builtinChains, chainsByName, type Observer, observe } from '../../../src/index.ts'
import { captures, tsharkFields } from '../../truth/corpora.ts'
import { expectedFlows, NEVER } from '../../truth/flow-count.ts'
import { tsharkPacket } from '../../truth/tshark-packet.ts'
import { isOf } from '../compare.ts'
import { bothWays, type Ends, type Flow } from '../flow.ts'
import { observed } from '../observed.ts'
import { byRule } from '../report.ts'
import type { FieldRecord, FieldTool, Said, Value } from './said.ts'
import { recordOf } from './series.ts'
import { community } from './tools/community.ts'
import { flowTest } from './tools/flowtest.ts'
import { ipfixprobe } from './tools/ipfixprobe.ts'
import { nettisa } from './tools/nettisa.ts'
import { pathspider } from './tools/pathspider.ts'
import { phists } from './tools/phists.ts'
import { pstats } from './tools/pstats.ts'
import { tcptrace } from './tools/tcptrace.ts'
import { zeek } from './tools/zeek.ts'

const TOOLS = [tcptrace, zeek, ipfixprobe, pstats, phists, nettisa, community, flowTest]

/** What came of comparing chains' fields with what a tool says. */
export interface FieldResult {
  readonly capture: string
  readonly tool: string
  readonly flows: number
  /** Values that were compared, and that are the same. */
  readonly values: number
  readonly equal: number
  /** Values that a rule explains, by its name. */
  readonly explained: ReadonlyMap<string, number>
  /** Of those rules. */
  readonly reasons: ReadonlyMap<string, string>
  readonly unexplained: readonly string[]
}

export async function compareFields(folder: string): Promise<FieldResult[]> {
  const results: FieldResult[] = []
  for (const capture of captures(folder)) {
    const tools = TOOLS.flatMap((each) => each(folder, capture)).filter(({ flows }) => flows.length > 0)
    if (tools.length === 0) continue
    const packets = tsharkFields(folder, capture).map(tsharkPacket).filter((packet) => packet !== null)
    const keys = new Set(expectedFlows(packets, NEVER).map(bothWays))
    for (const tool of tools) if (isOf(keys, tool.flows.map(({ ends }) => ends!))) results.push(await compare(folder, tool))
  }
  for (const tool of pathspider(folder)) results.push(await compare(folder, tool))
  return results
}

/** As flows are compared: what stage makes a flow of the tool's equal explains all its values. What is left is explained value by value. */
export async function compare(folder: string, each: FieldTool): Promise<FieldResult> {
  const { tool, capture, flows, tolerance = 0, stages = [], rules = [] } = each
  const records = await recordsOf(folder, each)
  const explained = new Map<string, number>()
  const unexplained: string[] = []
  const explain = (count: number, name: string | undefined, otherwise: string): void => {
    if (name === undefined) unexplained.push(otherwise)
    else explained.set(name, (explained.get(name) ?? 0) + count)
  }
  let values = 0, equal = 0
  /** @returns the values that are not the same in the record that has the fewest of them, which is taken; null without such a record */
  const take = (said: Said, from: FieldRecord[], isExact: boolean): Difference[] | null => {
    const candidates = from.flatMap((record) => sides(said, record)).map((candidate) => ({ ...candidate, wrong: differences(candidate, tolerance) }))
    const best = candidates.toSorted((a, b) => a.wrong.length - b.wrong.length).at(0)
    if (best === undefined || (isExact && best.wrong.length > 0)) return null
    from.splice(from.indexOf(best.record), 1)
    return best.wrong
  }
  const count = ({ fields }: Said) => Object.keys(fields).length
  for (const said of flows) values += count(said)
  let left = flows.filter((said) => take(said, records, true) === null)
  equal += values - left.reduce((total, said) => total + count(said), 0)
  for (const { name, records: others } of await stagesOf(folder, each)) {
    left = left.filter((said) => {
      const isExplained = take(said, others, true) !== null
      if (isExplained) explain(count(said), name, '')
      return !isExplained
    })
  }
  for (const said of left) {
    const wrong = take(said, records, false)
    if (wrong === null) explain(count(said), rules.find((rule) => rule.explainsMissing?.(said))?.name, `${tool} has a flow that weir has not: ${JSON.stringify(said)}`)
    else equal += count(said) - wrong.length
    for (const { field, theirs, ours, record } of wrong ?? []) {
      explain(1, rules.find((rule) => rule.explains?.(field, theirs, record))?.name, `${field} is ${JSON.stringify(ours)}, ${tool} says ${JSON.stringify(theirs)}: ${JSON.stringify(said.ends)}`)
    }
  }
  return { capture: capture.name, tool, flows: flows.length, values, equal, explained, reasons: new Map([...stages, ...rules].map(({ name, reason }) => [name, reason])), unexplained }
}

async function recordsOf(folder: string, { capture, options = {}, chains, view }: FieldTool): Promise<FieldRecord[]> {
  const known: readonly AnyChain[] = chains === undefined ? [...builtinChains.values()] : chainsByName(chains)
  const records: FieldRecord[] = []
  for await (const record of observe(join(folder, capture.path), { chains: known, maxFlows: 10_000, ...options }) as unknown as Observer<FieldRecord>) records.push({ ...record, ...view?.(record) })
  return records
}

/** What each stage makes of the packets that weir saw. */
async function stagesOf(folder: string, { capture, stages = [], view }: FieldTool): Promise<{ name: string; records: FieldRecord[] }[]> {
  if (stages.length === 0) return []
  let flows: readonly Flow[] = (await observed(join(folder, capture.path))).flows
  let viewed = view
  return stages.map((stage) => {
    flows = stage.apply?.(flows) ?? flows
    viewed = stage.view ?? viewed
    return { name: stage.name, records: flows.map(recordOf).map((record) => ({ ...record, ...viewed?.(record) })) }
  })
}

interface Candidate {
  readonly record: FieldRecord
  /** What the tool says, in the record's direction. */
  readonly fields: FieldRecord
}

function sides({ ends, fields }: Said, record: FieldRecord): Candidate[] {
  if (ends === null || matches(ends, record)) return [{ record, fields }]
  return matches(turned(ends), record) ? [{ record, fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [otherSide(name), value])) }] : []
}

interface Difference {
  readonly field: string
  readonly theirs: Value
  readonly ours: Value
  readonly record: FieldRecord
}

function differences({ record, fields }: Candidate, tolerance: number): Difference[] {
  return Object.entries(fields).filter(([field, theirs]) => !isSame(record[field], theirs, tolerance)).map(([field, theirs]) => ({ field, theirs, ours: record[field], record }))
}

/** Numbers may be apart by that part of the greater one, or of 1. */
export function isSame(a: Value | undefined, b: Value, tolerance: number): boolean {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b))
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, i) => isSame(each as number, b[i] as number, tolerance))
  return a === b
}

function matches(ends: Ends, record: FieldRecord): boolean {
  return ends.sip === record['sip'] && ends.dip === record['dip'] && ends.proto === record['proto'] && ends.sp === record['sp'] && ends.dp === record['dp']
}

function turned({ sip, dip, proto, sp, dp }: Ends): Ends {
  return { sip: dip, dip: sip, proto, sp: dp, dp: sp }
}

function otherSide(name: string): string {
  return name.replace(/_(fwd|rev)$/, (_, side) => (side === 'fwd' ? '_rev' : '_fwd'))
}

/** A line a capture and tool, what nothing explains, the rules, and the total. */
export function reportFields(results: readonly FieldResult[]): string {
  const sum = (of: (result: FieldResult) => number) => results.reduce((total, result) => total + of(result), 0)
  const explained = (result: FieldResult) => [...result.explained.values()].reduce((total, count) => total + count, 0)
  const reasons = new Map(results.flatMap((result) => [...result.reasons]))
  return [
    ...results.map((result) => `${result.capture}  ${result.tool}  ${result.flows} flows, ${result.values} values, ${result.equal} equal${result.explained.size === 0 ? '' : `, ${explained(result)} explained: ${[...result.explained.keys()].join(', ')}`}`),
    ...results.flatMap(({ capture, unexplained }) => unexplained.map((each) => `unexplained: ${capture}: ${each}`)),
    ...[...byRule(results)].map(([name, count]) => `explained by '${name}': ${count}. ${reasons.get(name)}`),
    `fields: ${results.length} compared: ${sum(({ values }) => values)} values, ${sum(({ equal }) => equal)} equal, ${sum(explained)} explained, ${sum(({ unexplained }) => unexplained.length)} unexplained`,
  ].join('\n')
}

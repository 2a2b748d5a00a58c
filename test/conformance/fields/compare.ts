import { join } from 'node:path'

import { type AnyChain, builtinChains, chainsByName, type Observer, observe } from '../../../src/index.ts'
import { captures, tsharkFields } from '../../truth/corpora.ts'
import { expectedFlows, NEVER } from '../../truth/flow-count.ts'
import { tsharkPacket } from '../../truth/tshark-packet.ts'
import { isOf } from '../compare.ts'
import { bothWays, type Ends } from '../flow.ts'
import type { FieldRecord, FieldTool, Said, Value } from './said.ts'
import { community } from './tools/community.ts'
import { flowTest } from './tools/flowtest.ts'
import { pathspider } from './tools/pathspider.ts'
import { pstats } from './tools/pstats.ts'
import { tcptrace } from './tools/tcptrace.ts'
import { zeek } from './tools/zeek.ts'

const TOOLS = [tcptrace, zeek, pstats, community, flowTest]

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

async function compare(folder: string, { tool, capture, flows, options = {}, chains, rules = [] }: FieldTool): Promise<FieldResult> {
  const known: readonly AnyChain[] = chains === undefined ? [...builtinChains.values()] : chainsByName(chains)
  const records: FieldRecord[] = []
  for await (const record of observe(join(folder, capture.path), { chains: known, maxFlows: 10_000, ...options }) as unknown as Observer<FieldRecord>) records.push(record)
  const explained = new Map<string, number>()
  const unexplained: string[] = []
  const explain = (count: number, name: string | undefined, otherwise: string): void => {
    if (name === undefined) unexplained.push(otherwise)
    else explained.set(name, (explained.get(name) ?? 0) + count)
  }
  let values = 0, equal = 0
  const take = (said: Said, isExact: boolean): boolean => {
    const candidates = records.flatMap((record) => sides(said, record)).map((candidate) => ({ ...candidate, wrong: differences(candidate) }))
    const best = candidates.toSorted((a, b) => a.wrong.length - b.wrong.length).at(0)
    if (best === undefined || (isExact && best.wrong.length > 0)) return false
    records.splice(records.indexOf(best.record), 1)
    equal += Object.keys(said.fields).length - best.wrong.length
    for (const { field, theirs, ours } of best.wrong) {
      explain(1, rules.find((each) => each.explains?.(field, theirs, best.record))?.name, `${field} is ${JSON.stringify(ours)}, ${tool} says ${JSON.stringify(theirs)}: ${JSON.stringify(said.ends)}`)
    }
    return true
  }
  for (const said of flows) values += Object.keys(said.fields).length
  for (const said of flows.filter((each) => !take(each, true)).filter((each) => !take(each, false))) {
    explain(Object.keys(said.fields).length, rules.find((each) => each.explainsMissing?.(said))?.name, `${tool} has a flow that weir has not: ${JSON.stringify(said)}`)
  }
  return { capture: capture.name, tool, flows: flows.length, values, equal, explained, unexplained }
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

function differences({ record, fields }: Candidate): { field: string; theirs: Value; ours: Value }[] {
  return Object.entries(fields).filter(([field, theirs]) => JSON.stringify(record[field]) !== JSON.stringify(theirs)).map(([field, theirs]) => ({ field, theirs, ours: record[field] }))
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

/** A line a capture and tool, what nothing explains, and the total. */
export function reportFields(results: readonly FieldResult[]): string {
  const sum = (of: (result: FieldResult) => number) => results.reduce((total, result) => total + of(result), 0)
  const explained = (result: FieldResult) => [...result.explained.values()].reduce((total, count) => total + count, 0)
  return [
    ...results.map((result) => `${result.capture}  ${result.tool}  ${result.flows} flows, ${result.values} values, ${result.equal} equal${result.explained.size === 0 ? '' : `, ${explained(result)} explained: ${[...result.explained.keys()].join(', ')}`}`),
    ...results.flatMap(({ capture, unexplained }) => unexplained.map((each) => `unexplained: ${capture}: ${each}`)),
    `fields: ${results.length} compared: ${sum(({ values }) => values)} values, ${sum(({ equal }) => equal)} equal, ${sum(explained)} explained, ${sum(({ unexplained }) => unexplained.length)} unexplained`,
  ].join('\n')
}

import { join } from 'node:path'

import { captures, tsharkFields } from '../truth/corpora.ts'
import { expectedFlows, NEVER } from '../truth/flow-count.ts'
import { tsharkPacket } from '../truth/tshark-packet.ts'
import { bothWays, count, type Counted, type Ends, type Flow, line } from './flow.ts'
import { observed } from './observed.ts'
import type { Expectation, Tool } from './tool.ts'
import { arkime } from './tools/arkime.ts'
import { flowTest } from './tools/flowtest.ts'
import { ipfixprobe } from './tools/ipfixprobe.ts'
import { ndpi } from './tools/ndpi.ts'
import { tcptrace } from './tools/tcptrace.ts'
import { tshark } from './tools/tshark.ts'
import { zeek } from './tools/zeek.ts'

const TOOLS: readonly Tool[] = [tshark, flowTest, ndpi, zeek, ipfixprobe, tcptrace, arkime]

/** What came of comparing weir with what one tool said of one capture. */
export interface Result {
  readonly capture: string
  readonly tool: string
  /** Flows of the tool. */
  readonly flows: number
  readonly equal: number
  /** Flows of the tool that a rule explains, by the rule's name. */
  readonly explained: ReadonlyMap<string, number>
  /** Flows of either that no rule explains. */
  readonly unexplained: readonly string[]
  /** Why it was not compared. */
  readonly skipped: string | null
}

/** Compare every capture of the corpora with all that is said of it. */
export async function compareAll(folder: string): Promise<Result[]> {
  const results: Result[] = []
  for (const capture of captures(folder)) {
    const packets = tsharkFields(folder, capture).map(tsharkPacket).filter((packet) => packet !== null)
    const keys = new Set(expectedFlows(packets, NEVER).map(bothWays))
    for (const expectation of TOOLS.flatMap((tool) => tool(folder, capture))) {
      const reason = expectation.skip ?? (expectation.tunnels === 'outer' || isOf(keys, expectation.flows()) ? null : 'of another capture of the same test')
      if (reason !== null) results.push(skipped(expectation, reason))
      else results.push(await compare(folder, expectation))
    }
  }
  return results
}

/** A test of several captures leaves a file for each, and all are listed with all. By tshark's word: weir's is what is compared. */
export function isOf(keys: ReadonlySet<string>, flows: readonly Ends[]): boolean {
  return flows.length === 0 || flows.some((flow) => keys.has(bothWays(flow)))
}

function skipped({ capture, tool }: Expectation, reason: string): Result {
  return { capture: capture.name, tool, flows: 0, equal: 0, explained: new Map(), unexplained: [], skipped: reason }
}

/**
 * Rules are applied one on top of the other. A flow of the tool is equal where a record of weir's is the same, and explained by the rule
 * after which it first was; what is left of weir's flows after the last rule is unexplained as much as what is left of the tool's.
 */
export async function compare(folder: string, expectation: Expectation): Promise<Result> {
  const { capture, tool, rules, takes = () => true } = expectation
  const theirs = expectation.flows()
  const all = await observed(join(folder, capture.path), expectation.key, expectation.tunnels)
  const flows: readonly Flow[] = all.flows.filter(takes)
  const records = all.records.filter((_, i) => takes(all.flows[i]))

  const lines = (counts: readonly Counted[]) => new Bag(counts.map((each) => line(withoutOctets(each, theirs))))
  let ours: readonly Flow[] = flows
  const stages: { name: string; bag: Bag }[] = [{ name: 'equal', bag: lines(records) }]
  for (const rule of rules) stages.push({ name: rule.name, bag: lines((ours = rule.apply(ours)).map(count)) })

  const left = lines(ours.map(count))
  const explained = new Map<string, number>()
  const unexplained: string[] = []
  for (const each of theirs.map(line)) {
    const stage = stages.find(({ bag }) => bag.take(each))
    if (stage === undefined) unexplained.push(`${tool} has ${each}`)
    else explained.set(stage.name, (explained.get(stage.name) ?? 0) + 1)
    left.take(each)
  }
  unexplained.push(...left.all().map((each) => `weir has ${each}`))
  const equal = explained.get('equal') ?? 0
  explained.delete('equal')
  return { capture: capture.name, tool, flows: theirs.length, equal, explained, unexplained, skipped: null }
}

/** Octets are compared where the tool tells them. */
function withoutOctets(flow: Counted, theirs: readonly Counted[]): Counted {
  return theirs.some(({ oct_fwd }) => oct_fwd === null) ? { ...flow, oct_fwd: null, oct_rev: null } : flow
}

/** Lines, each as often as it was put in. */
class Bag {
  private readonly counts = new Map<string, number>()

  constructor(lines: readonly string[]) {
    for (const each of lines) this.counts.set(each, (this.counts.get(each) ?? 0) + 1)
  }

  /** @returns true where one was there */
  take(each: string): boolean {
    const count = this.counts.get(each) ?? 0
    if (count === 0) return false
    this.counts.set(each, count - 1)
    return true
  }

  all(): string[] {
    return [...this.counts].flatMap(([each, count]) => Array<string>(count).fill(each))
  }
}

import { expect } from 'vitest'

import { type AnyChain, builtinChains, type FlowOptions, type Frame, type Ledger, MemorySource, ndjson, observe, type ObserveSource } from '../../src/index.ts'
import { expectBalance } from '../observer/observed.ts'
import { MemoryTarget } from '../sink/memory.ts'

export type AnyRecord = Readonly<Record<string, unknown>>

export interface Outcome {
  readonly records: readonly AnyRecord[]
  readonly ledger: Ledger
  readonly columns: readonly string[]
}

export interface OutcomeOptions extends FlowOptions {
  /** All that are built in, unless told. */
  readonly chains?: readonly AnyChain[]
}

export const ALL: readonly AnyChain[] = [...builtinChains.values()]

/** More than the captures have, and less than would be reserved by default. */
const MAX_FLOWS = 4096

/** What an observation gives. The ledger is checked whatever the property is. */
export async function outcome(source: readonly Frame[] | ObserveSource, { chains = ALL, ...options }: OutcomeOptions = {}): Promise<Outcome> {
  const observer = observe(asSource(source), { maxFlows: MAX_FLOWS, ...options, chains })
  const records: AnyRecord[] = []
  for await (const record of observer) records.push(record as AnyRecord)
  const { ledger } = observer
  expectBalance(ledger)
  expect(ledger.records).toBe(records.length)
  expect(ledger.records).toBe(ledger.flows + ledger.active_cuts)
  expect(packetsOf(records)).toBe(ledger.in_flows)
  return { records, ledger, columns: observer.schema.columns.map(({ name }) => name) }
}

/** The octets that come out. */
export async function lines(source: readonly Frame[] | ObserveSource, options: FlowOptions = {}): Promise<string> {
  const target = new MemoryTarget()
  await observe(asSource(source), { maxFlows: MAX_FLOWS, ...options, chains: ALL }).writeTo(ndjson(target))
  return target.text
}

function asSource(source: readonly Frame[] | ObserveSource): ObserveSource {
  return isFrames(source) ? new MemorySource(source) : source
}

function isFrames(source: readonly Frame[] | ObserveSource): source is readonly Frame[] {
  return Array.isArray(source) && source.every((each) => typeof each === 'object' && 'seconds' in each)
}

export function packetsOf(records: readonly AnyRecord[]): number {
  return records.reduce((sum, { pkt_fwd, pkt_rev }) => sum + Number(pkt_fwd) + Number(pkt_rev), 0)
}

/** Records without some of their columns. */
export function without(records: readonly AnyRecord[], ...names: readonly string[]): AnyRecord[] {
  return records.map((record) => Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name))))
}

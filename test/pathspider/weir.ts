import { type AnyChain, builtinChains, type Observer, observe, type PacketSource } from '../../src/index.ts'
import type { FlatRecord, Observation } from './model.ts'

/** PATHspider's chains that weir has. One that lands is named here, and is compared from then on. */
export const COMPARED: readonly string[] = ['basic', 'tcp', 'icmp', 'udp', 'ecn', 'dscp', 'evil', 'mss', 'tcpopt', 'tfo', 'dns', 'noop']

/** What weir gives for a capture, with those of the chains that it has. */
export async function observeWithWeir(source: string | PacketSource, chains: readonly string[]): Promise<Observation> {
  const known: readonly AnyChain[] = chains.filter((name) => COMPARED.includes(name)).map((name) => builtinChains.get(name)!)
  const observer = observe(source, { chains: known, maxFlows: 4096 }) as unknown as Observer<FlatRecord>
  const records: FlatRecord[] = []
  for await (const record of observer) records.push(record)
  const { packets, non_ip: nonIp, short, malformed, orphan_fragments, flows } = observer.ledger
  // PATHspider calls short whatever it finds no key in
  return { records, packets, nonIp, short: short + malformed + orphan_fragments, flows, crashed: false }
}

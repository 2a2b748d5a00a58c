import type { AnyChain, Checked, FlowRecord } from './chain/types.ts'
import { basic } from './chains/basic.ts'
import { tcp } from './chains/tcp.ts'
import { Observer, type ObserverOptions } from './observer/observer.ts'
import type { CaptureInput } from './source/open.ts'
import type { PacketSource } from './source/source.ts'

/** A URI, a capture in memory, a stream of octets, several of these (read one after the other as one observation), or a source of your own. */
export type ObserveSource = CaptureInput | readonly CaptureInput[] | PacketSource

/**
 * Observe the flows of a source.
 *
 *     for await (const flow of observe('trace.pcap', { chains: [basic, tcp] })) console.log(flow.sip, flow.pkt_fwd)
 *
 * @throws {OptionError} for a wrong option @throws {ChainError} for chains that clash. What is wrong with the source shows when it is opened.
 */
export function observe<const C extends readonly AnyChain[]>(source: ObserveSource, options: ObserverOptions & { readonly chains: C & Checked<C> }): Observer<FlowRecord<C>>
/** With the chains `basic` and `tcp`. */
export function observe(source: ObserveSource, options?: ObserverOptions & { readonly chains?: undefined }): Observer<FlowRecord<[typeof basic, typeof tcp]>>
export function observe(source: ObserveSource, options: ObserverOptions & { readonly chains?: readonly AnyChain[] | undefined } = {}): Observer<unknown> {
  return new Observer(() => open(source, options), options.chains ?? [basic, tcp], options)
}

/** What reads files is loaded only when there is a file to read. */
async function open(source: ObserveSource, { merge = false, filter, snaplen, promiscuous }: ObserverOptions): Promise<PacketSource> {
  if (isPacketSource(source)) return filter === undefined ? source : filteredSource(source, filter)
  const { openAll } = await import('./source/sequence.ts')
  return openAll(Array.isArray(source) ? source : [source as CaptureInput], { merge, filter, snaplen, promiscuous })
}

async function filteredSource(source: PacketSource, expression: string): Promise<PacketSource> {
  const [{ Filter }, { filtered }] = await Promise.all([import('./source/filter/filter.ts'), import('./source/filter/filtered-source.ts')])
  return filtered(source, new Filter(expression))
}

function isPacketSource(source: ObserveSource): source is PacketSource {
  return typeof source === 'object' && 'next' in source && 'refill' in source
}

import type { AnyChain, Checked, FlowRecord } from './chain/types.ts'
import { basic } from './chains/basic.ts'
import { tcp } from './chains/tcp.ts'
import { SourceError } from './errors.ts'
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
 * @throws {OptionError} for a wrong option @throws {ChainError} for chains that clash @throws {SourceError} for what is no source. What is wrong with one shows when it is opened.
 */
export function observe<const C extends readonly AnyChain[]>(source: ObserveSource, options: ObserverOptions & { readonly chains: C & Checked<C> }): Observer<FlowRecord<C>>
/** With the chains `basic` and `tcp`. */
export function observe(source: ObserveSource, options?: ObserverOptions & { readonly chains?: undefined }): Observer<FlowRecord<[typeof basic, typeof tcp]>>
export function observe(source: ObserveSource, options: ObserverOptions & { readonly chains?: readonly AnyChain[] | undefined } = {}): Observer<unknown> {
  refuseNoSource(source)
  return new Observer(() => open(source, options), options.chains ?? [basic, tcp], options)
}

/** JavaScript passes anything, and `process.argv[2]` may be missing. */
function refuseNoSource(source: unknown): void {
  const isList = Array.isArray(source)
  const wrong = (isList ? (source as unknown[]) : [source]).map((each) => (isInput(each) || (!isList && isPacketSource(each)) ? null : String(each))).find((each) => each !== null)
  if (wrong === undefined) return
  throw new SourceError('WEIR_SOURCE_NONE', `${isList ? 'one of the sources' : 'the source'} is ${wrong}: it must be a path, a URI, a Uint8Array, a ReadableStream or a Blob${isList ? '' : ', a list of these, or a source of your own'}`)
}

function isInput(source: unknown): source is CaptureInput {
  return typeof source === 'string' || source instanceof Uint8Array || (typeof source === 'object' && source !== null && ('getReader' in source || 'stream' in source))
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

function isPacketSource(source: unknown): source is PacketSource {
  return typeof source === 'object' && source !== null && 'next' in source && 'refill' in source
}

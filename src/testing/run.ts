import { type AnyChain, type FlowOptions, type FlowRecord, MemorySource, Observer } from '../index.ts'

/** A frame, and when it comes. */
export interface TimedFrame {
  readonly frame: Uint8Array
  /** Since the epoch; small numbers will do. Default: a millisecond after the frame before. @unit seconds */
  readonly time?: number
  /** Octets on the wire, where the capture cut the frame. */
  readonly wireLength?: number
  /** tcpdump.org's registry. Default 1, Ethernet. */
  readonly linkType?: number
}

const STEP = 0.001
/** Flows that a test may have at once; little memory is reserved for so few. */
const FLOWS = 1000

/**
 * Run chains over built frames, to the end of all flows.
 *
 *     const [record] = await recordsOf([volume], [ethernet({}, ipv4(ends, udp(ports))), { frame: answer, time: 0.25 }])
 *
 * @throws {HookError} what a hook threw @throws {OptionError} @throws {ChainError}
 */
export async function recordsOf<const C extends readonly AnyChain[]>(chains: C, frames: readonly (Uint8Array | TimedFrame)[], options: FlowOptions = {}): Promise<FlowRecord<C>[]> {
  let now = -STEP
  const source = new MemorySource(frames.map((each) => {
    const { frame, time = now + STEP, ...more } = each instanceof Uint8Array ? { frame: each } : each
    now = time
    const seconds = Math.floor(time)
    return { bytes: frame, seconds, nanoseconds: Math.min(Math.round((time - seconds) * 1e9), 999_999_999), ...more }
  }))
  const records: FlowRecord<C>[] = []
  for await (const record of new Observer<FlowRecord<C>>(() => Promise.resolve(source), chains, { maxFlows: FLOWS, ...options })) records.push(record)
  return records
}

import { type AnyChain, basic, defineChain, type Frame, MemorySource, observe, type ObserverOptions } from '../../src/index.ts'
import type { Flows } from '../../src/observer/flows.ts'
import { ethernet, ipv4, SYN, tcp } from '../../src/testing/build.ts'
import { EPOCH, expectBalance } from '../observer/observed.ts'

const NANOSECONDS = 1_000_000_000

/** Octets of a frame's source address and source port. */
const SOURCE = 14 + 12, SOURCE_PORT = 14 + 20
const SYN_FRAME = ethernet({}, ipv4({ source: '10.0.0.0', destination: '198.51.100.7' }, tcp({ sourcePort: 1, destinationPort: 80, flags: SYN })))

/** A frame, at so many nanoseconds from the beginning. */
export function at(nanoseconds: number, bytes: Uint8Array): Frame {
  return { bytes, seconds: EPOCH + Math.floor(nanoseconds / NANOSECONDS), nanoseconds: nanoseconds % NANOSECONDS }
}

/** The nth SYN of a flood: its source, an address of 10/8 and a port, comes once only, and in no order. */
export function synOf(n: number): Uint8Array {
  const frame = SYN_FRAME.slice()
  const view = new DataView(frame.buffer)
  // an odd factor makes it a permutation
  view.setUint32(SOURCE, 0x0a000000 | (Math.imul(n, 0x9e3779b1) >>> 8))
  view.setUint16(SOURCE_PORT, n & 0xffff)
  return frame
}

/** Frames in the order of their time, those of the first list first. */
export function merged(...lists: readonly (readonly Frame[])[]): Frame[] {
  return lists.flat().toSorted((a, b) => a.seconds - b.seconds || a.nanoseconds! - b.nanoseconds!)
}

/** So many SYNs, a second's worth of them every second. */
export function synFlood(count: number, perSecond: number): Frame[] {
  return Array.from({ length: count }, (_, n) => at(Math.floor((n * NANOSECONDS) / perSecond), synOf(n)))
}

export interface Endured {
  readonly records: readonly { readonly sip: string; readonly sp: number | null; readonly packets: number; readonly end_reason: string }[]
  readonly in_flows: number
  /** The most rows that were in use at any packet. */
  readonly mostRows: number
}

/** Observe an attack; how full the table is, and the ledger, are looked at with every packet. */
export async function endure(frames: readonly Frame[], options: ObserverOptions, more: readonly AnyChain[] = []): Promise<Endured> {
  let mostRows = 0
  const watch = defineChain({
    name: 'watch', doc: '',
    ip() {
      mostRows = Math.max(mostRows, flows.table.size)
      expectBalance(observer.ledger)
    },
  })
  const observer = observe(new MemorySource(frames), { ...options, chains: [basic, watch, ...more] })
  const flows = Reflect.get(observer, 'flows') as Flows
  const records: Endured['records'][number][] = []
  for await (const { sip, sp, pkt_fwd, pkt_rev, end_reason } of observer) records.push({ sip: sip!, sp, packets: pkt_fwd + pkt_rev, end_reason })
  expectBalance(observer.ledger)
  return { records, in_flows: observer.ledger.in_flows, mostRows }
}

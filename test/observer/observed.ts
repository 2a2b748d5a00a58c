import { expect } from 'vitest'

import { basic, observe, type AnyChain, type FlowOptions, type FlowRecord, type Frame, type HookError, type Ledger, MemorySource, type Observer, type Packet, type PacketSource, type Warning } from '../../src/index.ts'
import { ethernet, ipv4, ipv6, tcp, udp } from '../../src/testing/build.ts'

/** What the times of a test count from, so that they look like a capture's. @unit seconds since the epoch */
export const EPOCH = 1_600_000_000

/** Seconds from the beginning of the test; a string is exact to the nanosecond. null: the packet has no time. */
export type Time = number | string | null
/** A packet, or something to do between packets. */
export type Step = readonly [time: Time, frame: Uint8Array, more?: Partial<Frame>] | ((observer: Observer) => void)

export interface ObservedOptions extends FlowOptions {
  /** `basic` comes along. */
  readonly chains?: readonly AnyChain[]
  readonly epoch?: number
  readonly signal?: AbortSignal
  /** Every packet is pulled alone; by default as many as there are between two things to do. */
  readonly oneByOne?: boolean
}

export type ObservedRecord = FlowRecord<[typeof basic]> & Readonly<Record<string, unknown>>
export interface Observed {
  readonly records: readonly ObservedRecord[]
  readonly ledger: Ledger
  readonly warnings: readonly Warning[]
  /** What the run was stopped by. */
  readonly error: HookError | null
}

/** Observe a list of packets to the end. The ledger is checked whatever the test is about. */
export async function observed(steps: readonly Step[], options: ObservedOptions = {}): Promise<Observed> {
  const result = await attempt(steps, options)
  if (result.error !== null) throw result.error
  return result
}

/** The same, of a run that a chain stops. */
export async function attempt(steps: readonly Step[], { chains = [], epoch = EPOCH, oneByOne = false, ...options }: ObservedOptions = {}): Promise<Observed> {
  const warnings: Warning[] = []
  const all = chains.includes(basic) ? chains : [basic, ...chains]
  const source = new Script(steps, epoch, oneByOne)
  const observer = observe(source, { maxFlows: 1000, ...options, chains: all, onWarning: (warning) => warnings.push(warning) }) as unknown as Observer<ObservedRecord>
  source.observer = observer as unknown as Observer
  const records: ObservedRecord[] = []
  let error: HookError | null = null
  try {
    for await (const record of observer) records.push(record)
  } catch (thrown) {
    error = thrown as HookError
  }
  const { ledger } = observer
  expectBalance(ledger)
  expect(ledger.records).toBe(records.length)
  expect(ledger.records).toBe(ledger.flows + ledger.active_cuts)
  if (error === null) expect(records.reduce((sum, { pkt_fwd, pkt_rev }) => sum + pkt_fwd + pkt_rev, 0)).toBe(ledger.in_flows)
  expect(observer.active).toBe(0)
  return { records, ledger, warnings, error }
}

/** Every packet has exactly one fate: true at every moment. */
export function expectBalance(ledger: Ledger): void {
  const { in_flows, vetoed, non_ip, short, malformed, orphan_fragments } = ledger
  expect(in_flows + vetoed + non_ip + short + malformed + orphan_fragments).toBe(ledger.packets)
}

export function frameAt(time: Time, bytes: Uint8Array, epoch = EPOCH): Frame {
  if (time === null) return { bytes, seconds: 0, stamped: false }
  const [whole, fraction = ''] = String(time).split('.')
  return { bytes, seconds: epoch + Number(whole), nanoseconds: Number(fraction.padEnd(9, '0')) }
}

/** Plays packets from memory, and does between them what the test wants. */
class Script implements PacketSource {
  readonly name = 'script'
  readonly position = 0
  readonly size = null
  readonly filtered = null
  readonly dropped = null
  readonly fault = null
  observer: Observer | null = null
  private readonly parts: (MemorySource | ((observer: Observer) => void))[] = []
  private current: MemorySource | null = null

  constructor(steps: readonly Step[], epoch: number, oneByOne: boolean) {
    let frames: Frame[] = []
    const turn = (): void => {
      if (frames.length > 0) this.parts.push(new MemorySource(frames))
      frames = []
    }
    for (const step of steps) {
      if (typeof step === 'function') {
        turn()
        this.parts.push(step)
        continue
      }
      frames.push({ ...frameAt(step[0], step[1], epoch), ...step[2] })
      if (oneByOne) turn()
    }
    turn()
  }

  next(packet: Packet): boolean {
    return this.current?.next(packet) ?? false
  }

  async refill(): Promise<boolean> {
    if (await this.current?.refill()) return true
    for (;;) {
      const part = this.parts.shift()
      if (part === undefined) return false
      if (typeof part === 'function') part(this.observer!)
      else {
        this.current = part
        return part.refill()
      }
    }
  }

  async close(): Promise<void> {
    await this.current?.close()
  }
}

export const CLIENT = '192.0.2.1', SERVER = '198.51.100.7'
export const CLIENT6 = '2001:db8::1', SERVER6 = '2001:db8:7::7'

/** Of a client's port to port 53 of the server, or back. */
export interface Way {
  readonly port?: number
  readonly back?: boolean
  readonly six?: boolean
  readonly payload?: Uint8Array
}

/** A UDP datagram. */
export function datagram({ port = 1024, back = false, six = false, payload }: Way = {}): Uint8Array {
  return between(back, six, udp(back ? { sourcePort: 53, destinationPort: port } : { sourcePort: port, destinationPort: 53 }, payload))
}

/** A TCP segment. */
export function segment(flags: number, { port = 1024, back = false, six = false, payload, sequenceNumber = 0 }: Way & { readonly sequenceNumber?: number } = {}): Uint8Array {
  return between(back, six, tcp({ ...(back ? { sourcePort: 53, destinationPort: port } : { sourcePort: port, destinationPort: 53 }), flags, sequenceNumber }, payload))
}

function between(back: boolean, six: boolean, transport: Uint8Array): Uint8Array {
  const [client, server] = six ? [CLIENT6, SERVER6] : [CLIENT, SERVER]
  const ends = back ? { source: server, destination: client } : { source: client, destination: server }
  return ethernet({}, six ? ipv6(ends, transport) : ipv4(ends, transport))
}

/** What matters of records most of the time: the client's port, packets each way, and why it ended. */
export function summary(records: readonly ObservedRecord[]): string[] {
  return records.map(({ sp, pkt_fwd, pkt_rev, end_reason }) => `${sp}: ${pkt_fwd}/${pkt_rev} ${end_reason}`)
}

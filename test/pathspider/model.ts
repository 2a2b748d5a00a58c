import { type ModelChain, modelChains, type ModelFlow } from './chains.ts'
import { Crash, crashOnFrame, crashOnHooks } from './crash.ts'
import type { Frame } from './frames.ts'
import { type IpPacket, readFrame, type Unkeyed } from './headers.ts'
import { type Key, Keys } from './key.ts'
import type { Form, Switches } from './rules.ts'
import { makeTimers, type Timers } from './timers.ts'

/** A record without what only one of the observers has. */
export type FlatRecord = Readonly<Record<string, string | number | boolean | null>>

export interface Observation {
  readonly records: readonly FlatRecord[]
  readonly packets: number
  readonly nonIp: number
  readonly short: number
  readonly flows: number
  readonly crashed: boolean
}

const SYN = 0x02, SYN_ACK = 0x12

/**
 * An observer that is weir where no rule is switched on, and PATHspider where all are. It shares no code with weir.
 */
export class Model {
  private readonly form: Form
  private readonly chains: readonly string[]
  private readonly hooks: readonly ModelChain[]
  private readonly on: Switches
  private readonly keys: Keys
  private readonly byKey = new Map<string, ModelFlow>()
  private readonly flows = new Set<ModelFlow>()
  private readonly timers: Timers<ModelFlow>
  private readonly records: FlatRecord[] = []
  private counts = { packets: 0, nonIp: 0, short: 0, flows: 0, crashed: false }

  constructor(form: Form, chains: readonly string[], on: Switches) {
    this.form = form
    this.chains = chains
    this.hooks = chains.map((name) => modelChains[name])
    this.on = on
    this.keys = new Keys(form, on)
    this.timers = makeTimers(form, on('timers'), this.flows, (flow) => this.emit(flow))
  }

  observe(frames: readonly Frame[]): Observation {
    try {
      for (const frame of frames) this.frame(frame)
      for (const flow of this.flows) this.emit(flow)
    } catch (error) {
      if (!(error instanceof Crash)) throw error
      this.counts.crashed = true
    }
    return { records: this.records, ...this.counts }
  }

  private frame(frame: Frame): void {
    if (this.on('crash')) crashOnFrame(frame)
    this.counts.packets++
    this.timers.tick(frame.time)
    const packet = readFrame(frame, !this.on('framed PPP'))
    if (typeof packet === 'string') return this.leave(packet)
    const key = this.keys.of(packet, frame)
    if (key === null) return this.leave('short')
    this.packet(packet, key)
  }

  private leave(fate: Unkeyed): void {
    if (fate === 'short') this.counts.short++
    else this.counts.nonIp++
  }

  private packet(packet: IpPacket, key: Key): void {
    const flow = this.find(packet, key) ?? this.begin(packet, key)
    const rev = this.isReverse(flow, key)
    const { record } = flow
    if (flow.state === 'active') {
      flow.seen = packet.time
      this.timers.seen(flow)
    }
    this.noteSyn(flow, packet)
    if (this.on('crash')) crashOnHooks(packet, this.form, this.chains)
    // every hook runs: that PATHspider leaves out those behind the first that ends the flow shows in no capture
    const verdicts = this.hooks.map((chain) => chain.packet(record, { packet, rev, form: this.form, on: this.on, isError: key.quote !== null }))
    record['last'] = packet.time
    if (verdicts.includes('complete') && flow.state === 'active') this.complete(flow, packet.time)
  }

  private find(packet: IpPacket, { forward, reverse }: Key): ModelFlow | undefined {
    const flow = this.byKey.get(forward) ?? this.byKey.get(reverse)
    if (flow === undefined || flow.state !== 'expiring' || !isOpening(packet) || this.on('late SYN')) return flow
    if (flow.synSequence === sequenceOf(packet)) return flow
    this.emit(flow)
    return undefined
  }

  private begin(packet: IpPacket, { forward, reverse, quote }: Key): ModelFlow {
    const described = this.on('ICMP errors') || quote === null ? packet : quote
    const [sp, dp] = this.keys.shownPorts(described)
    const record: ModelFlow['record'] = { first: packet.time, last: packet.time }
    for (const chain of this.hooks) Object.assign(record, chain.initial, chain.describe?.(described, sp, dp))
    const flow: ModelFlow = { key: described === packet ? forward : reverse, record, state: 'active', seen: packet.time, completed: 0, synSequence: null }
    this.byKey.set(flow.key, flow)
    this.flows.add(flow)
    this.counts.flows++
    return flow
  }

  private isReverse(flow: ModelFlow, { forward, reverse }: Key): boolean {
    return forward === reverse ? this.on('symmetric keys') : flow.key === reverse
  }

  private noteSyn(flow: ModelFlow, packet: IpPacket): void {
    if (flow.synSequence === null && isOpening(packet)) flow.synSequence = sequenceOf(packet)
  }

  private complete(flow: ModelFlow, time: number): void {
    // two timers that are due at the same time compare their functions, which cannot be compared
    const tied = [...this.flows].some((other) => other.state === 'expiring' && other.completed === time)
    if (this.form === 'seedtcp' && this.on('crash') && tied) throw new Crash()
    flow.state = 'expiring'
    flow.completed = time
    this.timers.completed(flow)
  }

  private emit(flow: ModelFlow): void {
    flow.state = 'ended'
    this.flows.delete(flow)
    this.byKey.delete(flow.key)
    this.records.push({ ...flow.record })
  }
}

function isOpening({ protocol, fragmentOffset, transport }: IpPacket): boolean {
  return protocol === 6 && fragmentOffset === 0 && transport.length >= 20 && (transport[13] & SYN_ACK) === SYN
}

function sequenceOf({ transport }: IpPacket): string {
  return transport.subarray(4, 8).join('.')
}

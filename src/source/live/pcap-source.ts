import type { WeirError } from '../../errors.ts'
import type { Packet } from '../../packet/packet.ts'
import type { PacketSource } from '../source.ts'
import type { LiveOptions } from './options.ts'
import type { PcapCalls } from './pcap-calls.ts'
import { PcapHandle, RECORD_HEADER } from './pcap-handle.ts'
import { cannotCapture, disappeared, wentDown } from './refusal.ts'
import { HOST_IS_LITTLE, System } from './system.ts'

/** How long a poll waits. @unit milliseconds */
const POLL = 50
/** So much before a poll that found nothing, all packets have been given: more than the kernel holds any back. @unit milliseconds */
const HELD_BACK = 200
/** poll(2) passes it over: it only waits. */
const NO_DESCRIPTOR = -1
/** How often the interface is looked at while nothing comes, and lost packets are counted. @unit milliseconds */
const LOOK = 100

/** An interface of the system, captured on through libpcap. */
export class PcapCapture implements PacketSource {
  readonly name: string
  readonly size = null
  readonly filtered = null
  readonly linkType: number
  position = 0
  fault: WeirError | null = null
  silentUntil = 0
  private readonly handle: PcapHandle
  private readonly system: System
  private readonly view: DataView
  private readonly interfaceId: number
  private at = 0
  private end = 0
  private polling: Promise<unknown> | null = null
  private closed: Promise<void> | null = null
  private lost: number | null = null
  private lostModulo = 0
  private countedAt = -Infinity
  private lookedAt = -Infinity

  /** @throws SourceError @throws {OptionError} for a filter that cannot be compiled */
  constructor(calls: PcapCalls, system: System, name: string, options: LiveOptions) {
    this.name = name
    this.system = system
    this.handle = new PcapHandle(calls, system, name, options)
    this.linkType = this.handle.linkType
    this.view = new DataView(this.handle.bytes.buffer)
    this.interfaceId = options.interfaces.take()
  }

  next(packet: Packet): boolean {
    const { at, view } = this
    if (at === this.end) return false
    packet.seconds = view.getUint32(at, HOST_IS_LITTLE)
    packet.nanoseconds = view.getUint32(at + 4, HOST_IS_LITTLE)
    const captured = view.getUint32(at + 8, HOST_IS_LITTLE)
    packet.wireLength = view.getUint32(at + 12, HOST_IS_LITTLE)
    packet.capturedLength = captured
    packet.start = at + RECORD_HEADER
    // the garbage collector hears of every reference that is stored
    if (packet.view !== view) {
      packet.bytes = this.handle.bytes
      packet.view = view
    }
    packet.stamped = true
    packet.linkType = this.linkType
    packet.interfaceId = this.interfaceId
    this.at = at + RECORD_HEADER + captured
    return true
  }

  async refill(): Promise<boolean> {
    if (this.closed !== null || this.fault !== null) return false
    if (this.take()) return true
    const before = Date.now()
    const polling = this.system.wait(this.handle.descriptor, POLL)
    this.polling = polling
    const found = await polling
    this.polling = null
    if (this.isClosed) return false
    if (this.take()) return true
    this.silentUntil = (before - HELD_BACK) / 1000
    const end = this.look(found === 'error')
    return end === null || this.finish(end)
  }

  async close(): Promise<void> {
    this.closed ??= this.giveBack()
    return this.closed
  }

  /** Counted anew a few times a second, and when the source is closed. */
  get dropped(): number | null {
    const now = performance.now()
    if (this.closed === null && now - this.countedAt > LOOK) {
      this.countedAt = now
      this.count()
    }
    return this.lost
  }

  private get isClosed(): boolean {
    return this.closed !== null
  }

  /** @returns true where there are packets */
  private take(): boolean {
    const { handle } = this
    const octets = handle.take()
    this.at = 0
    this.end = octets
    this.position += octets
    if (handle.failure !== null) this.fault = this.system.exists(this.name) ? cannotCapture(this.name, handle.failure) : disappeared(this.name)
    return octets > 0
  }

  /** Look what has become of the interface, at once after an error. */
  private look(isUrgent: boolean): WeirError | null {
    const now = performance.now()
    // `any` is not an interface but all of them
    if ((!isUrgent && now - this.lookedAt < LOOK) || this.name === 'any') return null
    this.lookedAt = now
    const link = this.system.link(this.handle.descriptor, this.name)
    return link === 'up' ? null : link === 'down' ? wentDown(this.name) : disappeared(this.name)
  }

  /** Nothing more will come, save for what the kernel still gathers. @returns true where there was something */
  private async finish(end: WeirError): Promise<boolean> {
    this.polling = this.system.wait(NO_DESCRIPTOR, POLL)
    await this.polling
    this.polling = null
    this.fault ??= end
    return !this.isClosed && this.take()
  }

  private count(): void {
    const modulo = this.handle.dropped()
    if (modulo === null) return
    this.lost = (this.lost ?? 0) + ((modulo - this.lostModulo) >>> 0)
    this.lostModulo = modulo
  }

  private async giveBack(): Promise<void> {
    this.at = this.end = 0
    await this.polling
    this.count()
    this.handle.close()
  }
}

import { OptionError } from '../errors.ts'
import type { Packet } from '../packet/packet.ts'
import type { PacketSource } from './source.ts'

/** A captured frame. */
export interface Frame {
  /** What was captured. It is copied. */
  bytes: Uint8Array
  /** @unit seconds @range 0-4294967295 */
  seconds: number
  /** @unit nanoseconds @range 0-999999999 */
  nanoseconds?: number
  /** False where the frame has no time. */
  stamped?: boolean
  /** Octets on the wire; as many as were captured where it is left out. @unit octets */
  wireLength?: number
  /** 1, Ethernet, where it is left out. */
  linkType?: number
  interfaceId?: number
}

export interface MemoryOptions {
  name?: string
  /** How often the frames are played; Infinity is allowed. */
  times?: number
  /** Added to the frames' time at every further round. @unit seconds */
  secondsApart?: number
}

/** Packets between two returns to the event loop: about 4 MB of them. */
const BATCH = 8192

/** Frames that are in memory. They are copied into one buffer. */
export class MemorySource implements PacketSource {
  readonly name: string
  readonly filtered = null
  readonly dropped = null
  readonly fault = null

  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #starts: Uint32Array
  readonly #frames: readonly Required<Omit<Frame, 'bytes'>>[]
  readonly #times: number
  readonly #secondsApart: number
  #round = 0
  #at = 0
  /** Where the batch ends. */
  #end = 0
  #closed = false

  constructor(frames: readonly Frame[], { name = 'memory', times = 1, secondsApart = 0 }: MemoryOptions = {}) {
    if (!(times >= 0)) throw new OptionError('WEIR_OPTION_TIMES', `times is ${times}; it must be 0 or more`)
    this.name = name
    this.#times = frames.length === 0 ? 0 : times
    this.#secondsApart = secondsApart
    this.#starts = new Uint32Array(frames.length + 1)
    frames.forEach((frame, i) => (this.#starts[i + 1] = this.#starts[i] + frame.bytes.length))
    this.#bytes = new Uint8Array(this.#starts[frames.length])
    this.#view = new DataView(this.#bytes.buffer)
    this.#frames = frames.map((frame, i) => {
      this.#bytes.set(frame.bytes, this.#starts[i])
      return {
        seconds: frame.seconds,
        nanoseconds: frame.nanoseconds ?? 0,
        stamped: frame.stamped ?? true,
        wireLength: frame.wireLength ?? frame.bytes.length,
        linkType: frame.linkType ?? 1,
        interfaceId: frame.interfaceId ?? 0,
      }
    })
  }

  next(packet: Packet): boolean {
    const at = this.#at
    if (at >= this.#end) return false
    const frame = this.#frames[at]
    const start = this.#starts[at]
    if (packet.view !== this.#view) {
      packet.bytes = this.#bytes
      packet.view = this.#view
    }
    packet.start = start
    packet.capturedLength = this.#starts[at + 1] - start
    packet.wireLength = frame.wireLength
    packet.seconds = frame.seconds + this.#round * this.#secondsApart
    packet.nanoseconds = frame.nanoseconds
    packet.stamped = frame.stamped
    packet.linkType = frame.linkType
    packet.interfaceId = frame.interfaceId
    this.#at = at + 1
    return true
  }

  async refill(): Promise<boolean> {
    if (this.#at === this.#frames.length && this.#round < this.#times) {
      this.#round++
      this.#at = this.#end = 0
    }
    if (this.#closed || this.#round >= this.#times) return false
    this.#end = Math.min(this.#at + BATCH, this.#frames.length)
    await new Promise(setImmediate)
    return true
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#end = 0
  }

  /** @unit octets */
  get position(): number {
    return this.#round * this.#bytes.length + this.#starts[this.#at]
  }

  /** @unit octets */
  get size(): number | null {
    return Number.isFinite(this.#times) ? this.#times * this.#bytes.length : null
  }
}

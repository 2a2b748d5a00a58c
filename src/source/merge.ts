import type { WeirError } from '../errors.ts'
import { Packet } from '../packet/packet.ts'
import type { PacketSource } from './source.ts'

const HAS_PACKET = 0, IS_DRY = 1, HAS_ENDED = 2

/** A source, and the packet of it that comes next. */
class Head {
  readonly source: PacketSource
  /** From 1. */
  readonly number: number
  readonly packet = new Packet()
  state: typeof HAS_PACKET | typeof IS_DRY | typeof HAS_ENDED = IS_DRY

  constructor(source: PacketSource, number: number) {
    this.source = source
    this.number = number
  }

  pull(): void {
    const { packet } = this
    const { seconds, nanoseconds } = packet
    // as before the first packet of all; a source need not write what is not otherwise
    packet.stamped = true
    if (!this.source.next(packet)) this.state = IS_DRY
    else {
      this.state = HAS_PACKET
      // one without a time comes right behind the one before it
      if (!packet.stamped) {
        packet.seconds = seconds
        packet.nanoseconds = nanoseconds
      }
    }
  }
}

/**
 * Sources as one, in the order of their packets' times. Within a source the order stays as it is: a packet that is out of order comes
 * when it is its turn. Of packets of one time, those of the source that was named first come first.
 */
export class Merge implements PacketSource {
  readonly name: string
  readonly names: readonly string[]
  readonly #heads: readonly Head[]
  #closed = false

  constructor(sources: readonly PacketSource[]) {
    this.#heads = sources.map((source, i) => new Head(source, i + 1))
    this.names = sources.map(({ name }) => name)
    this.name = this.names.join(', ')
  }

  next(packet: Packet): boolean {
    let first: Head | null = null
    for (const head of this.#heads) {
      if (head.state === IS_DRY) return false
      if (head.state === HAS_PACKET && (first === null || isBefore(head.packet, first.packet))) first = head
    }
    if (first === null || this.#closed) return false
    const from = first.packet
    // the garbage collector hears of every reference that is stored
    if (packet.view !== from.view) {
      packet.bytes = from.bytes
      packet.view = from.view
    }
    packet.start = from.start
    packet.capturedLength = from.capturedLength
    packet.wireLength = from.wireLength
    packet.seconds = from.stamped ? from.seconds : 0
    packet.nanoseconds = from.stamped ? from.nanoseconds : 0
    packet.stamped = from.stamped
    packet.linkType = from.linkType
    packet.interfaceId = from.interfaceId
    packet.sourceNumber = first.number
    first.pull()
    return true
  }

  /** All sources that have nothing in memory are waited for: which comes first cannot be told before. */
  async refill(): Promise<boolean> {
    await Promise.all(this.#heads.map(head => this.#fill(head)))
    return !this.#closed && this.#heads.some(({ state }) => state !== HAS_ENDED)
  }

  async #fill(head: Head): Promise<void> {
    while (head.state === IS_DRY && !this.#closed) {
      if (await head.source.refill()) head.pull()
      else {
        head.state = HAS_ENDED
        await head.source.close()
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#heads.map(({ source }) => source.close()))
  }

  /** Of the source that was named first, among those that ended early. */
  get fault(): WeirError | null {
    return this.#heads.find(({ state, source }) => state === HAS_ENDED && source.fault !== null)?.source.fault ?? null
  }

  get stored(): boolean {
    return this.#heads.every(({ source }) => source.stored === true)
  }

  get position(): number {
    return this.#heads.reduce((sum, { source }) => sum + source.position, 0)
  }

  get size(): number | null {
    return sumOf(this.#heads.map(({ source }) => source.size), true)
  }

  get filtered(): number | null {
    return sumOf(this.#heads.map(({ source }) => source.filtered), false)
  }

  get dropped(): number | null {
    return sumOf(this.#heads.map(({ source }) => source.dropped), false)
  }
}

function isBefore(a: Packet, b: Packet): boolean {
  return a.seconds < b.seconds || (a.seconds === b.seconds && a.nanoseconds < b.nanoseconds)
}

/** @returns null where none is known; or, where `every` one must be, one is not. */
function sumOf(figures: readonly (number | null)[], every: boolean): number | null {
  const known = figures.filter(figure => figure !== null)
  if (known.length === 0 || (every && known.length < figures.length)) return null
  return known.reduce((sum, figure) => sum + figure, 0)
}

import type { WeirError } from '../../errors.ts'
import type { Packet } from '../../packet/packet.ts'
import type { PacketSource } from '../source.ts'
import type { Filter } from './filter.ts'
import type { Program } from './program.ts'
import { run } from './run.ts'

/** BSD's null link layer begins with a number in the byte order of the machine that captured. */
const NULL = 0
const NONE = -1

/**
 * The packets of a source that pass a filter. The filter is compiled for the source's link type where that is known; else when a link
 * type is met.
 * @throws OptionError where it cannot be compiled; the source is then closed @throws SourceError where nothing compiles it
 */
export async function filtered(source: PacketSource, filter: Filter): Promise<PacketSource> {
  try {
    await filter.load()
    if (source.linkType === undefined) filter.check()
    else filter.program(source.linkType)
    return new FilteredSource(source, filter)
  } catch (error) {
    await source.close()
    throw error
  }
}

class FilteredSource implements PacketSource {
  readonly #source: PacketSource
  readonly #filter: Filter
  /** The link type that `#program` is for. */
  #linkType = NONE
  #program: Program | null = null
  #removed = 0
  #removedBefore = 0
  #fault: WeirError | null = null

  constructor(source: PacketSource, filter: Filter) {
    this.#source = source
    this.#filter = filter
  }

  next(packet: Packet): boolean {
    const source = this.#source
    if (this.#fault !== null) return false
    while (source.next(packet)) {
      if (packet.linkType !== this.#linkType && !this.#meet(packet)) return false
      if (run(this.#program!, packet.view, packet.start, packet.capturedLength, packet.wireLength) !== 0) return true
      this.#removed++
    }
    return false
  }

  /** Take the program for a packet's link type. @returns false where there is none: the source ends */
  #meet(packet: Packet): boolean {
    const { linkType } = packet
    try {
      this.#program = this.#filter.program(linkType, linkType !== NULL || isLittleEndian(packet))
    } catch (error) {
      this.#fault = error as WeirError
      return false
    }
    this.#linkType = linkType === NULL ? NONE : linkType
    return true
  }

  async refill(): Promise<boolean> {
    this.#removedBefore = this.#removed
    return this.#fault === null && this.#source.refill()
  }

  close(): Promise<void> {
    return this.#source.close()
  }

  get name(): string {
    return this.#source.name
  }

  get names(): readonly string[] | undefined {
    return this.#source.names
  }

  get position(): number {
    return this.#source.position
  }

  get size(): number | null {
    return this.#source.size
  }

  get stored(): boolean {
    return this.#source.stored === true
  }

  /** Where packets came and were removed, it does not hold: the source had something. */
  get silentUntil(): number | undefined {
    return this.#removed === this.#removedBefore ? this.#source.silentUntil : undefined
  }

  get filtered(): number {
    return this.#removed + (this.#source.filtered ?? 0)
  }

  get dropped(): number | null {
    return this.#source.dropped
  }

  get fault(): WeirError | null {
    return this.#fault ?? this.#source.fault
  }
}

/** Families of addresses are small numbers. */
function isLittleEndian({ view, start, capturedLength }: Packet): boolean {
  return capturedLength < 4 || view.getUint32(start) > 0xffff
}

import { CaptureError, type WeirError } from '../errors.ts'
import type { Packet } from '../packet/packet.ts'
import type { InterfaceNumbers } from './interface-numbers.ts'
import { addDropped, droppedOn, readDropCount, readInterface, readStatistics, type Interface } from './pcapng-interface.ts'
import type { ReadWindow } from './read-window.ts'
import type { PacketSource } from './source.ts'

/** Block types. @source draft-ietf-opsawg-pcapng section 4 */
const SECTION_HEADER = 0x0a0d0d0a
const INTERFACE_DESCRIPTION = 1
const PACKET = 2
const SIMPLE_PACKET = 3
const INTERFACE_STATISTICS = 5
const ENHANCED_PACKET = 6

/** Type and length before a block's body; the length again after it. @unit octets */
const BEFORE = 8
const AFTER = 4
/** As in libpcap and Wireshark: what is longer is no block. @unit octets */
const LONGEST_BLOCK = 16 << 20

/** Where the frame begins in a block whose packet has a time. @unit octets */
const FRAME = 28
const SHORTEST_PACKET = FRAME + AFTER

/** What was found where a block should be; nothing more can be found behind one that is cut or corrupt. */
const Found = { Packet: 0, Other: 1, Cut: 2 } as const
type Found = (typeof Found)[keyof typeof Found]

/** Octets of a block without a packet when its variable part is empty. */
const SHORTEST: Readonly<Record<number, number>> = {
  [SECTION_HEADER]: 28,
  [INTERFACE_DESCRIPTION]: 20,
  [INTERFACE_STATISTICS]: 24,
}

/**
 * A section header's type reads alike in both orders; the word after its length tells which it is.
 * @returns true for little-endian; null where there is no section header.
 */
export function byteOrderOf(view: DataView, at: number): boolean | null {
  if (view.getUint32(at) !== SECTION_HEADER) return null
  const magic = view.getUint32(at + 8)
  return magic === 0x4d3c2b1a ? true : magic === 0x1a2b3c4d ? false : null
}

/** A pcapng capture: sections of either byte order, each with interfaces of its own. @source draft-ietf-opsawg-pcapng */
export class PcapngSource implements PacketSource {
  readonly name: string
  readonly filtered = null
  fault: WeirError | null = null

  readonly #input: ReadWindow
  readonly #numbers: InterfaceNumbers
  #littleEndian = false
  /** Of this section, as packets name them. */
  #interfaces: Interface[] = []
  /** In the sections before this one. */
  #droppedBefore: number | null = null
  #atStart = true

  constructor(name: string, input: ReadWindow, numbers: InterfaceNumbers) {
    this.name = name
    this.#input = input
    this.#numbers = numbers
  }

  next(packet: Packet): boolean {
    const input = this.#input
    const { view, at } = input
    const room = input.end - at
    if (room < SHORTEST_PACKET) return this.#search(packet)
    const little = this.#littleEndian
    const length = view.getUint32(at + 4, little)
    // Nearly every block is this one, whole and in order; all others are looked into
    if (length < SHORTEST_PACKET || length > room || length > LONGEST_BLOCK || view.getUint32(at, little) !== ENHANCED_PACKET) return this.#search(packet)
    const end = at + length - AFTER
    const id = view.getUint32(at + 8, little)
    const captured = view.getUint32(at + 20, little)
    if (view.getUint32(end, little) !== length || id >= this.#interfaces.length || captured > length - SHORTEST_PACKET) return this.#search(packet)
    this.#timed(packet, view, at, end, this.#interfaces[id], captured)
    input.at = at + length
    return true
  }

  refill(): boolean | Promise<boolean> {
    return this.fault === null && this.#input.refill(this.#ended)
  }

  readonly #ended = (): void => {
    this.fault = this.#input.failure ?? this.#cut()
  }

  close(): Promise<void> {
    return this.#input.close()
  }

  get stored(): boolean {
    return this.#input.stored
  }

  get position(): number {
    return this.#input.position
  }

  get size(): number | null {
    return this.#input.size
  }

  /** The last statistics block of an interface tells; where there is none, the sum of what its packets tell. */
  get dropped(): number | null {
    let sum = this.#droppedBefore
    for (const one of this.#interfaces) {
      const dropped = droppedOn(one)
      if (dropped !== null) sum = (sum ?? 0) + dropped
    }
    return sum
  }

  /** Go on to the next packet, and look into every block on the way. */
  #search(packet: Packet): boolean {
    const input = this.#input
    while (input.end - input.at >= BEFORE + AFTER && this.fault === null) {
      const found = this.#block(packet, input.view, input.at)
      if (found !== Found.Other) return found === Found.Packet
    }
    return false
  }

  /** Look into any block. */
  #block(packet: Packet, view: DataView, at: number): Found {
    const input = this.#input
    const type = view.getUint32(at, this.#littleEndian)
    if (type === SECTION_HEADER ? !this.#setByteOrder(view, at) : this.#atStart) return this.#corrupt('is no section header')
    const length = view.getUint32(at + 4, this.#littleEndian)
    if (length < BEFORE + AFTER || length > LONGEST_BLOCK) return this.#corrupt(`says it has ${length} octets`)
    if (at + length > input.end) return Found.Cut
    const stored = this.#storedLength(view, at, length)
    if (stored <= 0) return stored === 0 ? Found.Cut : this.#corrupt('does not end with its length')

    const end = at + length - AFTER
    let found: Found
    if (type === ENHANCED_PACKET || type === PACKET) found = this.#timedPacket(packet, view, at, end, type)
    else if (type === SIMPLE_PACKET) found = this.#simplePacket(packet, view, at, end)
    else found = this.#other(type, view, at, end)
    if (found !== Found.Cut) input.at = at + stored
    return found
  }

  #setByteOrder(view: DataView, at: number): boolean {
    const little = byteOrderOf(view, at)
    if (little === null) return false
    this.#littleEndian = little
    this.#atStart = false
    return true
  }

  /**
   * Octets from this block to the next: its length, or where a writer forgot the padding in its length, that and the padding.
   * @returns 0 where more octets are needed to tell, -1 where the length after the body is another.
   */
  #storedLength(view: DataView, at: number, length: number): number {
    const little = this.#littleEndian
    if (view.getUint32(at + length - AFTER, little) === length) return length
    const padded = length + (-length & 3)
    if (padded === length) return -1
    if (at + padded > this.#input.end) return 0
    return view.getUint32(at + padded - AFTER, little) === length ? padded : -1
  }

  /** Sections 4.3 and, of blocks that are obsolete, appendix A: these have a 16-bit interface, and a count of lost packets after it. */
  #timedPacket(packet: Packet, view: DataView, at: number, end: number, type: number): Found {
    const little = this.#littleEndian
    const room = end - at - FRAME
    if (room < 0) return this.#corrupt('is too short')
    const id = type === PACKET ? view.getUint16(at + 8, little) : view.getUint32(at + 8, little)
    if (id >= this.#interfaces.length) return this.#corrupt(`has a packet of interface ${id}, which is not described`)
    const on = this.#interfaces[id]
    const captured = view.getUint32(at + 20, little)
    if (captured > room) return this.#corrupt(`has ${room} octets for a frame of ${captured}`)
    // The obsolete one has no option for lost packets
    if (type === PACKET) addDropped(on, view.getUint16(at + 10, little))
    this.#timed(packet, view, at, type === PACKET ? at : end, on, captured)
    return Found.Packet
  }

  #timed(packet: Packet, view: DataView, at: number, end: number, on: Interface, captured: number): void {
    const little = this.#littleEndian
    on.time.stamp(packet, view, at + 12, little)
    packet.wireLength = view.getUint32(at + 24, little)
    this.#frame(packet, view, on, at + FRAME, captured)
    const options = at + FRAME + captured + (-captured & 3)
    if (options < end) readDropCount(on, view, options, end, little)
  }

  /** Section 4.4: of the first interface, without a time; as much was captured as that interface's snaplen allows. */
  #simplePacket(packet: Packet, view: DataView, at: number, end: number): Found {
    const start = at + 12
    if (start > end) return this.#corrupt('is too short')
    if (this.#interfaces.length === 0) return this.#corrupt('has a packet of interface 0, which is not described')
    const on = this.#interfaces[0]
    const wire = view.getUint32(at + 8, this.#littleEndian)
    const captured = Math.min(wire, on.snapLength)
    if (captured > end - start) return this.#corrupt(`has ${end - start} octets for a frame of ${captured}`)
    packet.seconds = 0
    packet.nanoseconds = 0
    packet.stamped = false
    packet.wireLength = wire
    this.#frame(packet, view, on, start, captured)
    return Found.Packet
  }

  #frame(packet: Packet, view: DataView, on: Interface, start: number, captured: number): void {
    // The garbage collector hears of every reference that is stored
    if (packet.view !== view) {
      packet.bytes = this.#input.bytes
      packet.view = view
    }
    packet.start = start
    packet.capturedLength = captured
    packet.linkType = on.linkType
    packet.interfaceId = on.id
  }

  /** Blocks without a packet; those that weir does not know say nothing it needs. */
  #other(type: number, view: DataView, at: number, end: number): Found {
    if (end + AFTER - at < (SHORTEST[type] ?? 0)) return this.#corrupt('is too short')
    const little = this.#littleEndian
    switch (type) {
      case SECTION_HEADER:
        if (view.getUint16(at + 12, little) !== 1) return this.#corrupt(`is of version ${view.getUint16(at + 12, little)}; 1 is known`)
        // Interfaces are numbered anew
        this.#droppedBefore = this.dropped
        this.#interfaces = []
        break
      case INTERFACE_DESCRIPTION:
        this.#interfaces.push(readInterface(view, at + BEFORE, end, little, this.#numbers.take()))
        break
      case INTERFACE_STATISTICS: {
        const id = view.getUint32(at + BEFORE, little)
        if (id < this.#interfaces.length) readStatistics(this.#interfaces[id], view, at + 20, end, little)
        break
      }
    }
    return Found.Other
  }

  #corrupt(what: string): Found {
    const { offset } = this.#input
    this.fault = new CaptureError('WEIR_CAPTURE_CORRUPT', `${this.name}: the block at octet ${offset} ${what}`, offset)
    return Found.Cut
  }

  #cut(): CaptureError | null {
    const { at, end, offset } = this.#input
    if (at === end) return null
    return new CaptureError('WEIR_CAPTURE_CUT', `${this.name}: the capture ends in the middle of the block at octet ${offset}`, offset)
  }
}

import { CaptureError, SourceError } from '../errors.ts'
import type { Burst } from '../packet/burst.ts'
import type { Packet } from '../packet/packet.ts'
import { carriedSeconds, type PcapFormat } from '../packet/pcap-format.ts'
import type { BurstSource } from './burst-source.ts'
import type { InterfaceNumbers } from './interface-numbers.ts'
import type { ReadWindow } from './read-window.ts'

/** @unit octets @source draft-ietf-opsawg-pcap section 4 */
export const PCAP_HEADER = 24
/** What tcpdump and Wireshark take for the longest frame, whatever a file's snaplen is. @unit octets */
const LONGEST_FRAME = 256 << 10
/** A snaplen of 2^31 - 1 is common; it must not make a corrupt length ask for 2 GiB. libpcap's own limit for D-Bus and USB. @unit octets */
const LARGEST_SNAPLEN = 128 << 20

/** The magic number of a pcap file, read in big-endian order. */
const MAGICS = new Map([
  [0xa1b2c3d4, { littleEndian: false, perSecond: 1e6, recordHeader: 16 }],
  [0xd4c3b2a1, { littleEndian: true, perSecond: 1e6, recordHeader: 16 }],
  [0xa1b23c4d, { littleEndian: false, perSecond: 1e9, recordHeader: 16 }],
  [0x4d3cb2a1, { littleEndian: true, perSecond: 1e9, recordHeader: 16 }],
  // Kuznetzov's: interface index, protocol and packet type follow the lengths
  [0xa1b2cd34, { littleEndian: false, perSecond: 1e6, recordHeader: 24 }],
  [0x34cdb2a1, { littleEndian: true, perSecond: 1e6, recordHeader: 24 }],
])

export function isPcap(magic: number): boolean {
  return MAGICS.has(magic)
}

/** A classic pcap capture. @source draft-ietf-opsawg-pcap */
export class PcapSource implements BurstSource {
  readonly name: string
  readonly filtered = null
  readonly dropped = null
  readonly linkType: number
  fault: CaptureError | SourceError | null = null

  readonly #input: ReadWindow
  readonly #format: PcapFormat
  readonly #maybeSwapped: boolean
  readonly #interfaces: InterfaceNumbers
  #interfaceId = -1

  /** @param head the file header; `input` begins after it. */
  constructor(name: string, head: Uint8Array, input: ReadWindow, interfaces: InterfaceNumbers) {
    const view = new DataView(head.buffer, head.byteOffset, head.length)
    const format = MAGICS.get(view.getUint32(0))!
    const little = format.littleEndian
    const major = view.getUint16(4, little)
    const minor = view.getUint16(6, little)
    if (major !== 2 && major !== 543) {
      throw new SourceError('WEIR_SOURCE_FORMAT', `${name}: pcap version ${major}.${minor} is not known; 2.4 is`)
    }
    this.name = name
    this.#input = input
    // Section 4: the upper half of the word is the FCS length and reserved bits
    this.linkType = view.getUint32(20, little) & 0xffff
    // As libpcap does: before 2.3, and in 543.0 (DG/UX), the two lengths are the other way round; in 2.3 where that makes sense of them
    const swapped = major === 543 || minor < 3
    this.#maybeSwapped = major === 2 && minor === 3
    this.#interfaces = interfaces
    this.#format = {
      ...format, nanoseconds: 1e9 / format.perSecond, longest: Math.min(Math.max(view.getUint32(16, little), LONGEST_FRAME), LARGEST_SNAPLEN),
      capturedAt: swapped ? 12 : 8, wireAt: swapped ? 8 : 12, linkType: this.linkType,
    }
  }

  next(packet: Packet): boolean {
    const input = this.#input
    const { littleEndian, perSecond, nanoseconds, longest, recordHeader, capturedAt, wireAt } = this.#format
    const at = input.at
    const start = at + recordHeader
    if (start > input.end || this.fault !== null) return false
    const view = input.view
    const little = littleEndian === true
    let captured = view.getUint32(at + capturedAt, little)
    let wire = view.getUint32(at + wireAt, little)
    if (this.#maybeSwapped === true && captured > wire) {
      const longer = captured
      captured = wire
      wire = longer
    }
    if (captured > longest) return this.#corrupt(captured)
    const end = start + captured
    if (end > input.end) return false
    input.at = end

    const seconds = view.getUint32(at, little)
    const fraction = view.getUint32(at + 4, little)
    if (fraction < perSecond) {
      packet.seconds = seconds
      packet.nanoseconds = fraction * nanoseconds
      packet.stamped = true
    } else {
      this.#carry(packet, seconds, fraction)
    }
    // The garbage collector hears of every reference that is stored: this halves the time of `next`
    if (packet.view !== view) {
      packet.bytes = input.bytes
      packet.view = view
    }
    packet.start = start
    packet.capturedLength = captured
    packet.wireLength = wire
    packet.linkType = this.linkType
    packet.interfaceId = this.#interfaceId
    return true
  }

  fillBurst(burst: Burst, wanted: number): boolean {
    const input = this.#input
    if (this.#maybeSwapped || !input.use(burst.window)) return false
    burst.interfaceId = this.#interfaceId
    input.at = burst.readPcap(this.#format, input.at, this.fault === null ? input.end : input.at, wanted)
    // why did it stop?
    const { littleEndian, longest, recordHeader, capturedAt } = this.#format
    if (burst.count < wanted && input.at + recordHeader <= input.end && this.fault === null) {
      const captured = input.view.getUint32(input.at + capturedAt, littleEndian)
      if (captured > longest) this.#corrupt(captured)
    }
    return true
  }

  refill(): boolean | Promise<boolean> {
    if (this.fault !== null) return false
    if (this.#interfaceId < 0) this.#interfaceId = this.#interfaces.take()
    return this.#input.refill(this.#ended)
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

  #carry(packet: Packet, second: number, fraction: number): void {
    const seconds = carriedSeconds(second, fraction, this.#format)
    packet.stamped = seconds >= 0
    packet.seconds = packet.stamped ? seconds : 0
    packet.nanoseconds = packet.stamped ? (fraction % this.#format.perSecond) * this.#format.nanoseconds : 0
  }

  #corrupt(captured: number): false {
    const { offset } = this.#input
    this.fault = new CaptureError(
      'WEIR_CAPTURE_CORRUPT',
      `${this.name}: the record at octet ${offset} says it has ${captured} octets; ${this.#format.longest} is the most`,
      offset,
    )
    return false
  }

  #cut(): CaptureError | null {
    const { at, end, offset } = this.#input
    if (at === end) return null
    return new CaptureError('WEIR_CAPTURE_CUT', `${this.name}: the capture ends in the middle of the record at octet ${offset}`, offset)
  }
}

import type { Packet } from '../packet/packet.ts'
import { LinkType } from '../packet/protocol.ts'
import type { InterfaceNumbers } from './interface-numbers.ts'
import type { ReadWindow } from './read-window.ts'
import { RecordSource } from './record-source.ts'

/** @unit octets @source ERF types reference guide (EDM11-01) */
export const ERF_HEADER = 16
const EXTENSION = 8
const TYPE = 8, FLAGS = 9, RECORD_LENGTH = 10, LOSS_OR_COLOUR = 12, WIRE_LENGTH = 14
const HAS_EXTENSIONS = 0x80, INTERFACE = 0x03

const META = 27, PADDING = 48
/** LINKTYPE_ERF, of records that weir does not decode. */
const LINK_ERF = 197
/** Octets between the headers and the frame: offset and padding of Ethernet; the header of an ATM cell or of a multichannel card. */
const ETHERNET_PAD = 2, FOUR = 4

interface RecordType {
  readonly linkType: number
  /** Octets before the frame that are none of it. */
  readonly before: number
  /** The field of the loss counter is a colour. */
  readonly isColoured: boolean
}

const type = (linkType: number, before = 0, isColoured = false): RecordType => ({ linkType, before, isColoured })
const UNKNOWN = type(LINK_ERF)

const TYPES = new Map<number, RecordType>([
  [1, type(LinkType.PppSerial)],
  [2, type(LinkType.Ethernet, ETHERNET_PAD)],
  [3, type(LinkType.AtmRfc1483, FOUR)],
  [4, type(LinkType.AtmRfc1483, FOUR)],
  [5, type(LinkType.PppSerial, FOUR)],
  [9, type(LinkType.AtmRfc1483, FOUR + FOUR)],
  [10, type(LinkType.PppSerial, 0, true)],
  [11, type(LinkType.Ethernet, ETHERNET_PAD, true)],
  [15, type(LinkType.PppSerial, 0, true)],
  [16, type(LinkType.Ethernet, ETHERNET_PAD, true)],
  [17, type(LinkType.PppSerial, FOUR, true)],
  [19, type(LinkType.PppSerial, 0, true)],
  [20, type(LinkType.Ethernet, ETHERNET_PAD, true)],
  [22, type(LinkType.Ipv4)],
  [23, type(LinkType.Ipv6)],
])

/** Endace's extensible record format. */
export class ErfSource extends RecordSource {
  /** Packets that the card lost, by the records' counters. */
  dropped = 0
  readonly #numbers: InterfaceNumbers
  /** Numbers of the card's four ports; -1 for one that has not been seen. */
  readonly #ports = new Int32Array(4).fill(-1)

  constructor(name: string, input: ReadWindow, interfaces: InterfaceNumbers) {
    super(name, input)
    this.#numbers = interfaces
  }

  next(packet: Packet): boolean {
    const { input } = this
    for (;;) {
      const { at, view } = input
      if (at + ERF_HEADER > input.end || this.fault !== null) return false
      const length = view.getUint16(at + RECORD_LENGTH)
      if (length < ERF_HEADER) return this.corrupt(`says it has ${length} octets; its header alone has ${ERF_HEADER}`)
      if (at + length > input.end) return false
      const number = view.getUint8(at + TYPE) & ~HAS_EXTENSIONS
      if (number !== META && number !== PADDING) return this.#record(packet, at, at + length, TYPES.get(number) ?? UNKNOWN)
      input.at = at + length
    }
  }

  #record(packet: Packet, at: number, end: number, { linkType, before, isColoured }: RecordType): boolean {
    const { view } = this.input
    const start = linkType === LINK_ERF ? at : this.#behindExtensions(at, end) + before
    if (start > end) return this.corrupt('ends within its headers')
    const wire = view.getUint16(at + WIRE_LENGTH)
    if (!isColoured && linkType !== LINK_ERF) this.dropped += view.getUint16(at + LOSS_OR_COLOUR)
    this.show(packet, view)
    this.input.at = end
    packet.seconds = view.getUint32(at + 4, true)
    packet.nanoseconds = nanoseconds(view.getUint32(at, true))
    packet.stamped = true
    packet.start = start
    // records are padded to a multiple of 8 octets
    packet.capturedLength = Math.min(end - start, wire)
    packet.wireLength = wire
    packet.linkType = linkType
    packet.interfaceId = this.#interface(view.getUint8(at + FLAGS) & INTERFACE)
    return true
  }

  /** The topmost bit of each extension header says that another follows. */
  #behindExtensions(at: number, end: number): number {
    const { view } = this.input
    let start = at + ERF_HEADER
    let more = (view.getUint8(at + TYPE) & HAS_EXTENSIONS) !== 0
    while (more && start < end) {
      more = (view.getUint8(start) & HAS_EXTENSIONS) !== 0
      start += EXTENSION
    }
    return start
  }

  #interface(port: number): number {
    if (this.#ports[port] < 0) this.#ports[port] = this.#numbers.take()
    return this.#ports[port]
  }
}

/** Of a fraction in units of 2^-32 seconds, rounded down. All factors are below 2^53: 10^9 is 5^9 times 2^9. */
export function nanoseconds(fraction: number): number {
  return Math.floor((fraction * 1_953_125) / 8_388_608)
}

/** ERF has no magic number: a time stamp after 1995, a known type, and a length that holds its own header, as libtrace asks. */
export function looksLikeErf(head: Uint8Array): boolean {
  if (head.length < ERF_HEADER) return false
  const view = new DataView(head.buffer, head.byteOffset)
  const number = view.getUint8(TYPE) & ~HAS_EXTENSIONS
  return view.getUint32(4, true) >= 788_918_400 && number >= 1 && number <= PADDING && view.getUint16(RECORD_LENGTH) >= ERF_HEADER
}

import type { Packet } from './packet.ts'

const FIXED_HEADER = 20, DATA_OFFSET = 12
const END = 0, NO_OPERATION = 1, MAXIMUM_SEGMENT_SIZE = 2, WINDOW_SCALE = 3, SACK_PERMITTED = 4, SACK = 5, TIMESTAMPS = 8, MULTIPATH = 30, FAST_OPEN = 34
const EXPERIMENT_1 = 253, EXPERIMENT_2 = 254, EXPERIMENT_3 = 255
/** Experiment identifier of Fast Open from before it had a kind. @source RFC 7413 appendix; RFC 6994 */
const EXID_FAST_OPEN = 0xf989

/**
 * The options of a TCP header, read once a packet in one pass, whichever chains ask. Of options that come twice the first counts.
 * Any octets will do: an option whose length is less than 2, or that goes past the header, ends the list, and `isMalformed` says so.
 * @source RFC 9293 section 3.1
 */
export class TcpOptionsView {
  private readonly packet: Packet
  /** Number of the packet that was read last. */
  private readNumber = -1
  /** A bit for each kind that is there. */
  private readonly kinds = new Int32Array(8)

  /** Options there are, padding not counted. */
  count = 0
  /** The list contradicts itself: what came before the fault was read. */
  isMalformed = false
  /** The capture, not the packet, ends before the list does. */
  isCut = false
  /** Length of the maximum segment size option, which ought to be 4; 0: there is none. @unit octets */
  maximumSegmentSizeLength = 0
  /** All octets of its value as one number, at most 4294967295; -1: there is none. @unit octets @source RFC 9293 section 3.7.1 */
  maximumSegmentSize = -1
  /** Shift count as sent; -1: none. @source RFC 7323 section 2 */
  windowScale = -1
  /** @source RFC 2018 section 2 */
  sackPermitted = false
  /** Blocks in the SACK option. @source RFC 2018 section 3 */
  sackBlocks = 0
  /** TSval; -1: there are no timestamps. @source RFC 7323 section 3 */
  timestampValue = -1
  /** TSecr; -1: there are no timestamps. */
  timestampEcho = -1
  /** Subtype of the multipath option, 0 for MP_CAPABLE; -1: none. @source RFC 8684 section 3 */
  multipathSubtype = -1
  /** Kind of the Fast Open option: 34, or that of an experiment (253-255, identifier F989); 0: none. @source RFC 7413 section 4.1.1 */
  fastOpenKind = 0
  /** Octets of the cookie; 0 asks for one. */
  fastOpenLength = 0
  /** Where the cookie begins in the packet's `bytes`. */
  fastOpenOffset = 0

  constructor(packet: Packet) {
    this.packet = packet
  }

  /** True where an option of this kind is there, though its value may not have been captured; 0 and 1 are padding. @param kind 0-255 */
  has(kind: number): boolean {
    return (this.kinds[kind >> 5] & (1 << (kind & 31))) !== 0
  }

  /** Show the options of the present packet. */
  read(): this {
    if (this.readNumber === this.packet.number) return this
    this.readNumber = this.packet.number
    this.clear()
    const { bytes, transportOffset, ipEnd } = this.packet
    const headerEnd = transportOffset + ((bytes[transportOffset + DATA_OFFSET] >> 4) << 2)
    const end = headerEnd < ipEnd ? headerEnd : ipEnd
    for (let at = transportOffset + FIXED_HEADER; at < end; ) {
      const kind = bytes[at]
      this.kinds[kind >> 5] |= 1 << (kind & 31)
      if (kind === END) return this
      if (kind === NO_OPERATION) {
        at++
        continue
      }
      const length = at + 1 < end ? bytes[at + 1] : 0
      if (length < 2 || at + length > end) {
        this.fault(kind, headerEnd)
        return this
      }
      this.count++
      this.option(kind, at, length)
      at += length
    }
    if (headerEnd > ipEnd) this.fault(END, headerEnd)
    return this
  }

  private clear(): void {
    for (let i = 0; i < 8; i++) this.kinds[i] = 0
    this.count = 0
    this.isMalformed = this.isCut = false
    this.maximumSegmentSizeLength = 0
    this.maximumSegmentSize = -1
    this.windowScale = -1
    this.sackPermitted = false
    this.sackBlocks = 0
    this.timestampValue = this.timestampEcho = -1
    this.multipathSubtype = -1
    this.fastOpenKind = this.fastOpenLength = this.fastOpenOffset = 0
  }

  /** Who is to blame that an option, or the header, is not whole. */
  private fault(kind: number, headerEnd: number): void {
    const { ipOffset, ipLength, ipEnd } = this.packet
    if (headerEnd > ipEnd && ipEnd < ipOffset + ipLength) {
      // it is there: its kind was captured
      this.isCut = true
      return
    }
    this.isMalformed = true
    if (kind !== END) this.kinds[kind >> 5] &= ~(1 << (kind & 31))
  }

  private option(kind: number, at: number, length: number): void {
    const { bytes, view } = this.packet
    switch (kind) {
      case MAXIMUM_SEGMENT_SIZE:
        if (this.maximumSegmentSize >= 0) return
        this.maximumSegmentSizeLength = length
        this.maximumSegmentSize = number(bytes, at + 2, at + length)
        return
      case WINDOW_SCALE:
        if (this.windowScale < 0 && length === 3) this.windowScale = bytes[at + 2]
        return
      case SACK_PERMITTED:
        this.sackPermitted = true
        return
      case SACK:
        if (this.sackBlocks === 0) this.sackBlocks = (length - 2) >> 3
        return
      case TIMESTAMPS:
        if (this.timestampValue >= 0 || length !== 10) return
        this.timestampValue = view.getUint32(at + 2)
        this.timestampEcho = view.getUint32(at + 6)
        return
      case MULTIPATH:
        if (this.multipathSubtype < 0 && length > 2) this.multipathSubtype = bytes[at + 2] >> 4
        return
      case FAST_OPEN:
        this.fastOpen(kind, at + 2, length - 2)
        return
      case EXPERIMENT_1:
      case EXPERIMENT_2:
      case EXPERIMENT_3:
        if (length >= 4 && view.getUint16(at + 2) === EXID_FAST_OPEN) this.fastOpen(kind, at + 4, length - 4)
    }
  }

  private fastOpen(kind: number, at: number, length: number): void {
    if (this.fastOpenKind !== 0) return
    this.fastOpenKind = kind
    this.fastOpenOffset = at
    this.fastOpenLength = length
  }
}

function number(bytes: Uint8Array, at: number, end: number): number {
  let value = 0
  while (at < end && value <= 0xffffffff) value = value * 256 + bytes[at++]
  return value > 0xffffffff ? 0xffffffff : value
}

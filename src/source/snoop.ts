import { SourceError } from '../errors.ts'
import type { Packet } from '../packet/packet.ts'
import { LinkType } from '../packet/protocol.ts'
import type { InterfaceNumbers } from './interface-numbers.ts'
import { beginsWith } from './magic.ts'
import type { ReadWindow } from './read-window.ts'
import { RecordSource } from './record-source.ts'

/** @unit octets @source RFC 1761 */
export const SNOOP_HEADER = 16
const RECORD_HEADER = 24
const WIRE_LENGTH = 0, CAPTURED_LENGTH = 4, RECORD_LENGTH = 8, DROPS = 12, SECONDS = 16, MICROSECONDS = 20
/** As for pcap. @unit octets */
const LONGEST_FRAME = 256 << 10

/** Data link types, and those of Solaris: IEEE 802.3, Ethernet, tunnels of IPv4 and of IPv6. */
const LINK_TYPES = new Map<number, number>([[0, LinkType.Ethernet], [4, LinkType.Ethernet], [18, LinkType.Ipv4], [19, LinkType.Ipv6]])
/** Others, moved above the numbers of tcpdump.org's registry. */
const NOT_KNOWN = 0x10000

export function isSnoop(head: Uint8Array): boolean {
  return beginsWith(head, 0x73, 0x6e, 0x6f, 0x6f, 0x70, 0, 0, 0)
}

/** A capture of snoop. */
export class SnoopSource extends RecordSource {
  /** Counted from the capture's beginning, so that the last record tells all. */
  dropped: number | null = null
  readonly linkType: number
  readonly #interfaces: InterfaceNumbers
  #interfaceId = -1
  #isBehindHeader = false

  /** @param head the file header; `input` begins with it. */
  constructor(name: string, head: Uint8Array, input: ReadWindow, interfaces: InterfaceNumbers) {
    super(name, input)
    const view = new DataView(head.buffer, head.byteOffset, head.length)
    const version = view.getUint32(8)
    if (version !== 2) throw new SourceError('WEIR_SOURCE_FORMAT', `${name}: snoop version ${version} is not known; 2 is`)
    const type = view.getUint32(12)
    this.linkType = LINK_TYPES.get(type) ?? NOT_KNOWN + (type & 0xffff)
    this.#interfaces = interfaces
  }

  next(packet: Packet): boolean {
    const { input } = this
    if (!this.#isBehindHeader && !this.#passHeader()) return false
    const { at, view } = input
    if (at + RECORD_HEADER > input.end || this.fault !== null) return false
    const captured = view.getUint32(at + CAPTURED_LENGTH)
    const length = view.getUint32(at + RECORD_LENGTH)
    if (captured > LONGEST_FRAME) return this.corrupt(`says it has ${captured} octets; ${LONGEST_FRAME} is the most`)
    if (length < RECORD_HEADER + captured || length > RECORD_HEADER + LONGEST_FRAME + captured) return this.corrupt(`says it is ${length} octets long, with a frame of ${captured}`)
    if (at + length > input.end) return false
    const microseconds = view.getUint32(at + MICROSECONDS)
    if (microseconds >= 1e6) return this.corrupt(`has ${microseconds} microseconds in a second`)
    input.at = at + length
    if (this.#interfaceId < 0) this.#interfaceId = this.#interfaces.take()
    this.show(packet, view)
    this.dropped = view.getUint32(at + DROPS)
    packet.seconds = view.getUint32(at + SECONDS)
    packet.nanoseconds = microseconds * 1000
    packet.stamped = true
    packet.start = at + RECORD_HEADER
    packet.capturedLength = captured
    packet.wireLength = view.getUint32(at + WIRE_LENGTH)
    packet.linkType = this.linkType
    packet.interfaceId = this.#interfaceId
    return true
  }

  #passHeader(): boolean {
    const { input } = this
    if (input.end - input.at < SNOOP_HEADER) return false
    input.at += SNOOP_HEADER
    this.#isBehindHeader = true
    return true
  }
}

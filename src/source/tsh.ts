import type { Packet } from '../packet/packet.ts'
import { LinkType } from '../packet/protocol.ts'
import type { InterfaceNumbers } from './interface-numbers.ts'
import type { ReadWindow } from './read-window.ts'
import { RecordSource } from './record-source.ts'

/** Seconds, interface, microseconds; an IPv4 header without options; 16 octets of what follows it. */
const RECORD = 44, IP_HEADER = 8, TOTAL_LENGTH = IP_HEADER + 2
const WITHOUT_OPTIONS = 0x45

/** NLANR's time sequenced headers. There is nothing to know it by: it is read where its scheme says so. */
export class TshSource extends RecordSource {
  readonly dropped = null
  readonly #numbers: InterfaceNumbers
  /** By the interface's octet. */
  readonly #interfaces = new Map<number, number>()

  constructor(name: string, input: ReadWindow, interfaces: InterfaceNumbers) {
    super(name, input)
    this.#numbers = interfaces
  }

  next(packet: Packet): boolean {
    const { input } = this
    const { at, view } = input
    if (at + RECORD > input.end || this.fault !== null) return false
    const microseconds = view.getUint32(at + 4) & 0xffffff
    if (microseconds >= 1e6) return this.corrupt(`has ${microseconds} microseconds in a second`)
    const version = view.getUint8(at + IP_HEADER) >> 4
    if (version !== 4) return this.corrupt(`has a header of IP version ${version}; such captures hold version 4`)
    input.at = at + RECORD
    this.show(packet, view)
    // options were left out, but the header still tells of them
    view.setUint8(at + IP_HEADER, WITHOUT_OPTIONS)
    packet.seconds = view.getUint32(at)
    packet.nanoseconds = microseconds * 1000
    packet.stamped = true
    packet.start = at + IP_HEADER
    packet.capturedLength = Math.min(RECORD - IP_HEADER, view.getUint16(at + TOTAL_LENGTH) || RECORD)
    packet.wireLength = Math.max(packet.capturedLength, view.getUint16(at + TOTAL_LENGTH))
    packet.linkType = LinkType.Ipv4
    packet.interfaceId = this.#interface(view.getUint8(at + 4))
    return true
  }

  #interface(octet: number): number {
    let number = this.#interfaces.get(octet)
    if (number === undefined) this.#interfaces.set(octet, (number = this.#numbers.take()))
    return number
  }
}

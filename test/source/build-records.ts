import { concat, Octets } from './octets.ts'

export interface ErfFields {
  readonly type?: number
  readonly flags?: number
  readonly seconds?: number
  /** In units of 2^-32 seconds. */
  readonly fraction?: number
  readonly lost?: number
  readonly wire?: number
  /** Extension headers of 8 octets, without the bit that says that another follows. */
  readonly extensions?: readonly Uint8Array[]
  /** Between headers and frame. */
  readonly before?: Uint8Array
  readonly padding?: number
  readonly length?: number
}

/** An ERF record; of Ethernet, unless `type` says otherwise. */
export function erf(frame: Uint8Array, { type = 2, flags = 4, seconds = 1_500_000_000, fraction = 0, lost = 0, wire = frame.length, extensions = [], before = new Uint8Array(type === 2 ? 2 : 0), padding = 0, length }: ErfFields = {}): Uint8Array {
  const headers = extensions.map((extension, i) => Uint8Array.of(extension[0] | (i < extensions.length - 1 ? 0x80 : 0), ...extension.subarray(1)))
  const body = concat(...headers, before, frame, new Uint8Array(padding))
  return concat(
    new Octets(true).u32(fraction, seconds).done(),
    new Octets(false).u8(type | (extensions.length > 0 ? 0x80 : 0), flags).u16(length ?? 16 + body.length, lost, wire).done(),
    body,
  )
}

export interface SnoopFields {
  readonly seconds?: number
  readonly microseconds?: number
  readonly drops?: number
  readonly wire?: number
  readonly captured?: number
  readonly padding?: number
  readonly length?: number
}

export function snoopHeader(linkType = 4, version = 2): Uint8Array {
  return new Octets(false).bytes([0x73, 0x6e, 0x6f, 0x6f, 0x70, 0, 0, 0]).u32(version, linkType).done()
}

export function snoopRecord(frame: Uint8Array, { seconds = 1, microseconds = 0, drops = 0, wire = frame.length, captured = frame.length, padding = -frame.length & 3, length }: SnoopFields = {}): Uint8Array {
  return concat(new Octets(false).u32(wire, captured, length ?? 24 + frame.length + padding, drops, seconds, microseconds).done(), frame, new Uint8Array(padding))
}

/** The first 36 octets of an IPv4 packet without options. */
export function tsh(packet: Uint8Array, { seconds = 1, microseconds = 0, interface: number = 1 } = {}): Uint8Array {
  return concat(new Octets(false).u32(seconds, ((number << 24) | microseconds) >>> 0).done(), packet.subarray(0, 36), new Uint8Array(36 - Math.min(36, packet.length)))
}

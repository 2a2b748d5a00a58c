import { Protocol } from '../packet/protocol.ts'
import { EMPTY, join, padTo, viewOf, withNote } from './layer.ts'

/** Control bits of RFC 9293 3.1, with RFC 3168's and RFC 9768's: all twelve bits behind the data offset are `flags`. */
export const FIN = 0x001
export const SYN = 0x002
export const RST = 0x004
export const PSH = 0x008
export const ACK = 0x010
export const URG = 0x020
export const ECE = 0x040
export const CWR = 0x080
export const AE = 0x100

export interface Ports {
  readonly sourcePort: number
  readonly destinationPort: number
}

/** RFC 9293 3.1. */
export interface TcpFields extends Ports {
  readonly sequenceNumber?: number
  readonly acknowledgmentNumber?: number
  /** @unit 4 octets */
  readonly dataOffset?: number
  /** `SYN | ACK`. Default none. */
  readonly flags?: number
  /** Default 65535. */
  readonly window?: number
  readonly checksum?: number
  readonly urgentPointer?: number
  /** See `tcpOption`; padded with End of Option List. */
  readonly options?: Uint8Array
}

export function tcp(fields: TcpFields, payload: Uint8Array = EMPTY): Uint8Array {
  const header = padTo(4, join(new Uint8Array(20), fields.options ?? EMPTY))
  const view = viewOf(header)
  view.setUint16(0, fields.sourcePort)
  view.setUint16(2, fields.destinationPort)
  view.setUint32(4, fields.sequenceNumber ?? 0)
  view.setUint32(8, fields.acknowledgmentNumber ?? 0)
  view.setUint16(12, ((fields.dataOffset ?? header.length / 4) << 12) | ((fields.flags ?? 0) & 0xfff))
  view.setUint16(14, fields.window ?? 0xffff)
  view.setUint16(18, fields.urgentPointer ?? 0)
  return finish(Protocol.Tcp, join(header, payload), 16, fields.checksum)
}

/** An option with its length (RFC 9293 3.2); kinds 0 and 1 are one octet. */
export function tcpOption(kind: number, data: Uint8Array = EMPTY): Uint8Array {
  return kind < 2 ? Uint8Array.of(kind) : join(Uint8Array.of(kind, 2 + data.length), data)
}

/** RFC 768. A `checksum` of 0 says that there is none. */
export interface UdpFields extends Ports {
  readonly length?: number
  readonly checksum?: number
}

export function udp(fields: UdpFields, payload: Uint8Array = EMPTY): Uint8Array {
  const datagram = join(new Uint8Array(8), payload)
  const view = ports(datagram, fields)
  view.setUint16(4, fields.length ?? datagram.length)
  return finish(Protocol.Udp, datagram, 6, fields.checksum, { zeroIsNone: true })
}

/** RFC 3828 3.1. */
export interface UdpLiteFields extends Ports {
  /** 0, the default: all of it. @unit octets */
  readonly checksumCoverage?: number
  readonly checksum?: number
}

export function udplite(fields: UdpLiteFields, payload: Uint8Array = EMPTY): Uint8Array {
  const datagram = join(new Uint8Array(8), payload)
  const view = ports(datagram, fields)
  view.setUint16(4, fields.checksumCoverage ?? 0)
  return finish(Protocol.UdpLite, datagram, 6, fields.checksum, { zeroIsNone: true, coverage: fields.checksumCoverage || datagram.length })
}

/** RFC 4340 5.1, with the long sequence number (X = 1). */
export interface DccpFields extends Ports {
  /** Default 2, DCCP-Data. */
  readonly type?: number
  /** The low 32 of its 48 bits. */
  readonly sequenceNumber?: number
  /** What lies between the generic header and the data: acknowledgment, service code, options. */
  readonly subheader?: Uint8Array
  /** @unit 4 octets */
  readonly dataOffset?: number
  readonly checksum?: number
}

export function dccp(fields: DccpFields, payload: Uint8Array = EMPTY): Uint8Array {
  const header = padTo(4, join(new Uint8Array(16), fields.subheader ?? EMPTY))
  const view = ports(header, fields)
  view.setUint8(4, fields.dataOffset ?? header.length / 4)
  view.setUint8(8, ((fields.type ?? 2) << 1) | 1)
  view.setUint32(12, fields.sequenceNumber ?? 0)
  return finish(Protocol.Dccp, join(header, payload), 6, fields.checksum)
}

/** RFC 9260 3.1. */
export interface SctpFields extends Ports {
  readonly verificationTag?: number
  readonly checksum?: number
}

/** The common header; `payload` is the chunks. */
export function sctp(fields: SctpFields, payload: Uint8Array = EMPTY): Uint8Array {
  const packet = join(new Uint8Array(12), payload)
  const view = ports(packet, fields)
  view.setUint32(4, fields.verificationTag ?? 0)
  // RFC 9260 appendix A: the CRC goes in least significant octet first
  view.setUint32(8, fields.checksum ?? crc32c(packet), fields.checksum === undefined)
  return withNote(packet, { protocol: Protocol.Sctp })
}

function ports(header: Uint8Array, fields: Ports): DataView {
  const view = viewOf(header)
  view.setUint16(0, fields.sourcePort)
  view.setUint16(2, fields.destinationPort)
  return view
}

/** Writes the checksum that was asked for, or leaves it to the IP header. */
function finish(protocol: number, layer: Uint8Array, field: number, checksum: number | undefined, how: { zeroIsNone?: boolean; coverage?: number } = {}): Uint8Array {
  if (checksum !== undefined) {
    viewOf(layer).setUint16(field, checksum)
    return withNote(layer, { protocol })
  }
  const { zeroIsNone = false, coverage = layer.length } = how
  return withNote(layer, { protocol, unsealed: { protocol, start: 0, field, coverage, zeroIsNone } })
}

/** RFC 9260 appendix A, bit by bit. */
function crc32c(bytes: Uint8Array): number {
  let crc = ~0
  for (const octet of bytes) {
    crc ^= octet
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0)
  }
  return ~crc >>> 0
}

import { Protocol } from '../packet/protocol.ts'
import { EMPTY, internetChecksum, join, viewOf, withNote } from './layer.ts'

/** RFC 792 and RFC 4443 2.1: type, code, checksum, four octets that depend on the type, then the payload. */
export interface IcmpFields {
  readonly type: number
  readonly code?: number
  /** Of an echo. */
  readonly identifier?: number
  readonly sequenceNumber?: number
  /** The four octets behind the checksum (the MTU, a pointer), in place of identifier and sequence number. */
  readonly rest?: number
  readonly checksum?: number
}

export function icmp4(fields: IcmpFields, payload: Uint8Array = EMPTY): Uint8Array {
  const message = icmp(fields, payload)
  if (fields.checksum === undefined) viewOf(message).setUint16(2, internetChecksum(message))
  return withNote(message, { protocol: Protocol.Icmp })
}

export function icmp6(fields: IcmpFields, payload: Uint8Array = EMPTY): Uint8Array {
  const message = icmp(fields, payload)
  if (fields.checksum !== undefined) return withNote(message, { protocol: Protocol.Icmpv6 })
  return withNote(message, { protocol: Protocol.Icmpv6, unsealed: { protocol: Protocol.Icmpv6, start: 0, field: 2, coverage: message.length, zeroIsNone: false } })
}

/** An ICMP error (destination unreachable by default) that quotes an IPv4 packet: its header and 8 octets (RFC 792), or `octets` of it. */
export function icmp4Error(fields: Partial<IcmpFields>, packet: Uint8Array, octets = (packet[0] & 15) * 4 + 8): Uint8Array {
  return icmp4({ type: 3, code: 1, ...fields }, packet.subarray(0, octets))
}

/** An ICMPv6 error (destination unreachable by default) that quotes an IPv6 packet: what fits the minimum MTU (RFC 4443 3.1), or `octets` of it. */
export function icmp6Error(fields: Partial<IcmpFields>, packet: Uint8Array, octets = 1232): Uint8Array {
  return icmp6({ type: 1, code: 0, ...fields }, packet.subarray(0, octets))
}

function icmp(fields: IcmpFields, payload: Uint8Array): Uint8Array {
  const message = join(new Uint8Array(8), payload)
  const view = viewOf(message)
  view.setUint8(0, fields.type)
  view.setUint8(1, fields.code ?? 0)
  view.setUint16(2, fields.checksum ?? 0)
  view.setUint16(4, fields.identifier ?? 0)
  view.setUint16(6, fields.sequenceNumber ?? 0)
  if (fields.rest !== undefined) view.setUint32(4, fields.rest)
  return message
}

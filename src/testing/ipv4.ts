import { EtherType } from '../packet/protocol.ts'
import { ipv4Octets } from './address.ts'
import { EMPTY, internetChecksum, join, noteOf, padTo, seal, viewOf, withNote } from './layer.ts'

/** RFC 2003 */
export const IP_IN_IP = 4

/** RFC 791 3.1. What is left out is computed, or zero. */
export interface Ipv4Fields {
  readonly source: string
  readonly destination: string
  /** Default: that of the payload; 253 (RFC 3692) for octets of one's own. */
  readonly protocol?: number
  /** Default 64. */
  readonly timeToLive?: number
  /** DSCP and ECN (RFC 3168 5). */
  readonly typeOfService?: number
  readonly identification?: number
  /** The reserved flag. */
  readonly reserved?: boolean
  readonly df?: boolean
  readonly mf?: boolean
  /** @unit 8 octets */
  readonly fragmentOffset?: number
  /** Padded with End of Option List. */
  readonly options?: Uint8Array
  readonly version?: number
  readonly ihl?: number
  readonly totalLength?: number
  readonly headerChecksum?: number
}

/** An IPv4 packet around `payload`, whose transport checksum is filled in. */
export function ipv4(fields: Ipv4Fields, payload: Uint8Array = EMPTY): Uint8Array {
  const source = ipv4Octets(fields.source)
  const destination = ipv4Octets(fields.destination)
  const header = padTo(4, join(new Uint8Array(20), fields.options ?? EMPTY))
  const view = viewOf(header)
  view.setUint8(0, ((fields.version ?? 4) << 4) | (fields.ihl ?? header.length / 4))
  view.setUint8(1, fields.typeOfService ?? 0)
  view.setUint16(2, fields.totalLength ?? header.length + payload.length)
  view.setUint16(4, fields.identification ?? 0)
  const flags = (fields.reserved ? 0x8000 : 0) | (fields.df ? 0x4000 : 0) | (fields.mf ? 0x2000 : 0)
  view.setUint16(6, flags | (fields.fragmentOffset ?? 0))
  view.setUint8(8, fields.timeToLive ?? 64)
  view.setUint8(9, fields.protocol ?? noteOf(payload).protocol ?? 253)
  header.set(source, 12)
  header.set(destination, 16)
  view.setUint16(10, fields.headerChecksum ?? internetChecksum(header))
  return withNote(join(header, seal(payload, source, destination)), { protocol: IP_IN_IP, etherType: EtherType.Ipv4 })
}

import { EtherType, Protocol } from '../packet/protocol.ts'
import { ipv6Octets } from './address.ts'
import { EMPTY, join, noteOf, padTo, seal, viewOf, withNote } from './layer.ts'

/** RFC 4213 3.5 */
export const IPV6_IN_IP = 41

/** RFC 8200 3. What is left out is computed, or zero. */
export interface Ipv6Fields {
  readonly source: string
  readonly destination: string
  /** DSCP and ECN. */
  readonly trafficClass?: number
  readonly flowLabel?: number
  /** Default: that of the payload; 59 (no next header) without one, 253 (RFC 3692) for octets of one's own. */
  readonly nextHeader?: number
  /** Default 64. */
  readonly hopLimit?: number
  readonly version?: number
  readonly payloadLength?: number
}

/** An IPv6 packet around `payload`: extension headers or a transport, whose checksum is filled in. */
export function ipv6(fields: Ipv6Fields, payload: Uint8Array = EMPTY): Uint8Array {
  const source = ipv6Octets(fields.source)
  const destination = ipv6Octets(fields.destination)
  const header = new Uint8Array(40)
  const view = viewOf(header)
  view.setUint32(0, ((fields.version ?? 6) << 28) | ((fields.trafficClass ?? 0) << 20) | (fields.flowLabel ?? 0))
  view.setUint16(4, fields.payloadLength ?? payload.length)
  view.setUint8(6, nextHeaderOf(fields.nextHeader, payload))
  view.setUint8(7, fields.hopLimit ?? 64)
  header.set(source, 8)
  header.set(destination, 24)
  return withNote(join(header, seal(payload, source, destination)), { protocol: IPV6_IN_IP, etherType: EtherType.Ipv6 })
}

/** RFC 8200 4.3 and 4.6. */
export interface OptionsFields {
  /** TLV options; padded with Pad1 or PadN to whole 8 octets. */
  readonly options?: Uint8Array
  readonly nextHeader?: number
  /** @unit 8 octets, the first not counted */
  readonly headerExtensionLength?: number
}

export function hopByHop(fields: OptionsFields, payload: Uint8Array = EMPTY): Uint8Array {
  return optionsHeader(Protocol.HopByHop, fields, payload)
}

export function destinationOptions(fields: OptionsFields, payload: Uint8Array = EMPTY): Uint8Array {
  return optionsHeader(Protocol.DestinationOptions, fields, payload)
}

function optionsHeader(protocol: number, fields: OptionsFields, payload: Uint8Array): Uint8Array {
  const options = fields.options ?? EMPTY
  const room = 7 - ((options.length + 1) % 8)
  const padding = new Uint8Array(room)
  if (room > 1) padding.set([1, room - 2])
  const header = join(new Uint8Array(2), options, padding)
  header[0] = nextHeaderOf(fields.nextHeader, payload)
  header[1] = fields.headerExtensionLength ?? header.length / 8 - 1
  return extend(protocol, header, payload)
}

/** RFC 8200 4.4. */
export interface RoutingFields {
  readonly routingType?: number
  readonly segmentsLeft?: number
  /** Addresses behind the reserved word, as in types 0 and 2. */
  readonly addresses?: readonly string[]
  /** All type-specific data, in place of `addresses`. */
  readonly data?: Uint8Array
  readonly nextHeader?: number
  readonly headerExtensionLength?: number
}

export function routing(fields: RoutingFields, payload: Uint8Array = EMPTY): Uint8Array {
  const addresses = (fields.addresses ?? []).map(ipv6Octets)
  const segmentsLeft = fields.segmentsLeft ?? addresses.length
  const header = padTo(8, join(new Uint8Array(4), fields.data ?? join(new Uint8Array(4), ...addresses)))
  header[0] = nextHeaderOf(fields.nextHeader, payload)
  header[1] = fields.headerExtensionLength ?? header.length / 8 - 1
  header[2] = fields.routingType ?? 0
  header[3] = segmentsLeft
  return extend(Protocol.Routing, header, payload, segmentsLeft > 0 ? addresses.at(-1) : undefined)
}

/** RFC 8200 4.5. */
export interface FragmentFields {
  /** @unit 8 octets */
  readonly fragmentOffset?: number
  readonly m?: boolean
  readonly identification?: number
  readonly nextHeader?: number
}

export function fragment(fields: FragmentFields, payload: Uint8Array = EMPTY): Uint8Array {
  const header = new Uint8Array(8)
  const view = viewOf(header)
  header[0] = nextHeaderOf(fields.nextHeader, payload)
  view.setUint16(2, ((fields.fragmentOffset ?? 0) << 3) | (fields.m ? 1 : 0))
  view.setUint32(4, fields.identification ?? 0)
  return extend(Protocol.Fragment, header, payload)
}

/** RFC 4302 2; for IPv4 as well. */
export interface AuthenticationFields {
  readonly securityParametersIndex?: number
  readonly sequenceNumber?: number
  /** Default 12 octets. */
  readonly integrityCheckValue?: Uint8Array
  readonly nextHeader?: number
  /** @unit 4 octets, two not counted */
  readonly payloadLength?: number
}

export function authentication(fields: AuthenticationFields, payload: Uint8Array = EMPTY): Uint8Array {
  const header = padTo(4, join(new Uint8Array(12), fields.integrityCheckValue ?? new Uint8Array(12)))
  const view = viewOf(header)
  header[0] = nextHeaderOf(fields.nextHeader, payload)
  header[1] = fields.payloadLength ?? header.length / 4 - 2
  view.setUint32(4, fields.securityParametersIndex ?? 256)
  view.setUint32(8, fields.sequenceNumber ?? 0)
  return extend(Protocol.Authentication, header, payload)
}

function nextHeaderOf(given: number | undefined, payload: Uint8Array): number {
  return given ?? noteOf(payload).protocol ?? (payload.length === 0 ? Protocol.NoNextHeader : 253)
}

/** The transport's checksum stays to be computed, `header.length` further on. */
function extend(protocol: number, header: Uint8Array, payload: Uint8Array, finalDestination?: Uint8Array): Uint8Array {
  const layer = join(header, payload)
  const { unsealed } = noteOf(payload)
  if (unsealed === undefined) return withNote(layer, { protocol })
  const destination = unsealed.destination ?? finalDestination
  const moved = { ...unsealed, start: unsealed.start + header.length }
  return withNote(layer, { protocol, unsealed: destination === undefined ? moved : { ...moved, destination } })
}

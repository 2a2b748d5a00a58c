import { EtherType } from '../packet/protocol.ts'
import { ipv4Octets, macOctets } from './address.ts'
import { EMPTY, join, noteOf, viewOf, withNote } from './layer.ts'

/** A tag of IEEE 802.1Q 9.6. */
export interface Tag {
  /** Default 0x8100; 0x88a8 for a service tag. */
  readonly tpid?: number
  readonly pcp?: number
  readonly dei?: boolean
  readonly vid: number
}

/** IEEE 802.3 3.2. */
export interface EthernetFields {
  readonly destination?: string
  readonly source?: string
  /** Outermost first; a number is the identifier of a C-tag. */
  readonly vlans?: readonly (number | Tag)[]
  /** Default: that of the payload; 0x88b5 (local experiments) for octets of one's own. Below 1536 it is a length. */
  readonly etherType?: number
  /** Pad to the 60 octets that are the least on the wire (without FCS). */
  readonly pad?: boolean
}

export function ethernet(fields: EthernetFields, payload: Uint8Array = EMPTY): Uint8Array {
  const frame = join(
    macOctets(fields.destination ?? '02:00:00:00:00:02'),
    macOctets(fields.source ?? '02:00:00:00:00:01'),
    ...(fields.vlans ?? []).map((vlan) => tag(typeof vlan === 'number' ? { vid: vlan } : vlan)),
    uint16(etherTypeOf(fields.etherType, payload)),
    payload,
  )
  return fields.pad && frame.length < 60 ? join(frame, new Uint8Array(60 - frame.length)) : frame
}

function tag({ tpid = EtherType.Vlan, pcp = 0, dei = false, vid }: Tag): Uint8Array {
  return join(uint16(tpid), uint16((pcp << 13) | (dei ? 0x1000 : 0) | vid))
}

/** RFC 826: a request, unless `operation` says otherwise. */
export function arp(fields: { readonly operation?: number; readonly sender: string; readonly target: string }): Uint8Array {
  const header = new Uint8Array([0, 1, 8, 0, 6, 4, 0, fields.operation ?? 1])
  const hardware = macOctets('02:00:00:00:00:01')
  return withNote(join(header, hardware, ipv4Octets(fields.sender), new Uint8Array(6), ipv4Octets(fields.target)), { etherType: 0x0806 })
}

/** LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2 (tcpdump.org). */
export interface SllFields {
  /** 0 to us, 4 from us. */
  readonly packetType?: number
  /** Default 1, Ethernet. */
  readonly arphrdType?: number
  readonly address?: string
  /** Default: that of the payload. */
  readonly protocolType?: number
  /** SLL2 only. */
  readonly interfaceIndex?: number
}

export function sll(fields: SllFields, payload: Uint8Array = EMPTY): Uint8Array {
  return join(
    uint16(fields.packetType ?? 0),
    uint16(fields.arphrdType ?? 1),
    uint16(6),
    macOctets(fields.address ?? '02:00:00:00:00:01'),
    uint16(0),
    uint16(etherTypeOf(fields.protocolType, payload)),
    payload,
  )
}

export function sll2(fields: SllFields, payload: Uint8Array = EMPTY): Uint8Array {
  const index = new Uint8Array(4)
  viewOf(index).setUint32(0, fields.interfaceIndex ?? 1)
  return join(
    uint16(etherTypeOf(fields.protocolType, payload)),
    uint16(0),
    index,
    uint16(fields.arphrdType ?? 1),
    Uint8Array.of(fields.packetType ?? 0, 6),
    macOctets(fields.address ?? '02:00:00:00:00:01'),
    uint16(0),
    payload,
  )
}

/** Address family in front of the packet. Default: 2 for IPv4; 30 for IPv6 (macOS; 24 on NetBSD and OpenBSD, 28 on FreeBSD). */
export interface FamilyFields {
  readonly family?: number
}

/** LINKTYPE_NULL: the family in the byte order of the machine that captured, little-endian unless `bigEndian`. */
export function nullLink(fields: FamilyFields & { readonly bigEndian?: boolean }, payload: Uint8Array = EMPTY): Uint8Array {
  const family = new Uint8Array(4)
  viewOf(family).setUint32(0, fields.family ?? familyOf(payload), !fields.bigEndian)
  return join(family, payload)
}

/** LINKTYPE_LOOP: the family in network byte order. */
export function loopback(fields: FamilyFields, payload: Uint8Array = EMPTY): Uint8Array {
  return nullLink({ ...fields, bigEndian: true }, payload)
}

function familyOf(payload: Uint8Array): number {
  return noteOf(payload).etherType === EtherType.Ipv6 ? 30 : 2
}

function etherTypeOf(given: number | undefined, payload: Uint8Array): number {
  return given ?? noteOf(payload).etherType ?? 0x88b5
}

function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 255)
}

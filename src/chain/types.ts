import type { EndReasonName } from '../flow/end-reason.ts'
import type { Encapsulations } from '../packet/encapsulation.ts'
import type { IpView, Ipv4View, Ipv6View } from '../packet/ip-view.ts'
import type { IcmpView, TcpView, TransportView, UdpView } from '../packet/transport-view.ts'
import type { ColumnInfo } from '../schema/schema.ts'
import type { BinsView, Field, Internal, ListView } from './field.ts'

/** From one literal everything is inferred: fields, views, the record, and what is refused. */

// any: the union of all fields, whatever their values; nothing is read through it
export type AnyField = Field<any, any> | Internal<any>
export interface Fields {
  readonly [name: string]: AnyField
}

type View<F> = F extends Field<any, infer V> ? V : F extends Internal<infer V> ? V : never
export type Views<F extends Fields> = { -readonly [K in keyof F]: View<F[K]> }
export type Columns<F extends Fields> = { readonly [K in keyof F as F[K] extends Internal<any> ? never : K]: F[K] extends Field<infer R, any> ? R : never }
export type SideColumns<F extends Fields, S extends 'fwd' | 'rev'> = {
  readonly [K in keyof F & string as F[K] extends Internal<any> ? never : `${K}_${S}`]: F[K] extends Field<infer R, any> ? R : never
}
type SideViews<F extends Fields, S extends 'fwd' | 'rev'> = { -readonly [K in keyof F & string as `${K}_${S}`]: View<F[K]> }

/** Returned by a hook: the flow is done. */
export const COMPLETE = 'complete'
/** Returned by `newFlow`: the flow is not counted. */
export const IGNORE = 'ignore'
// a hook that returns nothing is of type void
// oxlint-disable-next-line typescript/no-invalid-void-type
export type Verdict = typeof COMPLETE | void

/** The packet, as a hook sees it. Moved from packet to packet: do not keep it. */
export interface PacketView {
  /** True for a packet against the flow's direction. */
  readonly rev: boolean
  /** Number of the packet in the observation, from 1. */
  readonly number: number
  /** Time: whole seconds since the epoch. */
  readonly seconds: number
  /** Time: the rest. @range 0-999999999 */
  readonly nanoseconds: number
  /** Octets of the frame on the wire. */
  readonly wireLength: number
  /** Octets of the frame that were captured. */
  readonly capturedLength: number
  /** Holds the frame, from `start`. */
  readonly bytes: Uint8Array
  /** The same memory. */
  readonly view: DataView
  readonly start: number
  readonly linkType: number
  readonly interfaceId: number
  readonly ipOffset: number
  readonly transportOffset: number
  /** True where the fixed transport header was captured, and the hook of the transport runs: not for later fragments. */
  readonly hasTransport: boolean
  /** Where the transport payload begins in `bytes`. */
  readonly payloadOffset: number
  /** Octets of transport payload as sent, bounded by the IP length. */
  readonly payloadLength: number
  /** Octets of that payload that were captured. */
  readonly payloadCaptured: number
  /** How many tunnels and label stacks are in front of the IP header. */
  readonly encapsulationCount: number
  /** These, the outermost first. */
  readonly encapsulations: Encapsulations
  readonly outerVlan: number
  readonly innerVlan: number
}

/** The flow's key. With `hosts` and `aggregate`, what the key leaves out is what the flow's first packet said. */
export interface KeyView {
  readonly ipVersion: number
  readonly protocol: number
  readonly sourceAddress: string
  readonly destinationAddress: string
  /** Null for protocols without ports. */
  readonly sourcePort: number | null
  readonly destinationPort: number | null
  /** Number of the flow's first packet. */
  readonly number: number
  /** 1, and one more for each cut by the active timeout. */
  readonly part: number
}

export interface BaseFlow {
  /** Least time stamp of the flow. @unit seconds since the epoch */
  readonly first: number
  /** Greatest time stamp so far. @unit seconds since the epoch */
  readonly last: number
  readonly key: KeyView
}

/** Names the record and the view have already; a chain may not declare them. */
export const RESERVED_NAMES = ['first', 'last', 'end_reason', 'side', 'fwd', 'rev', 'key'] as const
export type Reserved = (typeof RESERVED_NAMES)[number]

/** What observe() accepts: no type parameters, so that a chain written inside the list keeps its own. */
export interface AnyChain {
  readonly name: string
  readonly doc: string
  /** The columns it adds to the record. */
  readonly columns: readonly ColumnInfo[]
  readonly requires: readonly AnyChain[]
  readonly '~columns': object
  readonly '~names': string
  readonly '~views': object
  readonly '~sides': object
}

export interface Chain<N extends string, F extends Fields, D extends Fields, Q extends readonly AnyChain[] = []> extends AnyChain {
  readonly name: N
  readonly fields: F
  readonly directional: D
  readonly requires: Q
  readonly '~columns': Columns<F> & SideColumns<D, 'fwd'> & SideColumns<D, 'rev'> & Merge<Q[number]['~columns']>
  readonly '~names': (keyof F & string) | `${keyof D & string}_${'fwd' | 'rev'}`
  readonly '~views': Views<F> & SideViews<D, 'fwd'> & SideViews<D, 'rev'>
  readonly '~sides': Views<D>
}

type Merge<U> = [U] extends [never] ? {} : (U extends unknown ? (x: U) => 0 : never) extends (x: infer I) => 0 ? I : never

/** Another chain's fields: nothing can be assigned, pushed or counted. */
type ToRead<V> = { readonly [K in keyof V]: [V[K]] extends [never] ? never : V[K] extends ListView ? Omit<ListView, 'push'> : V[K] extends BinsView ? Omit<BinsView, 'add'> : V[K] }

/** The flow, as a hook of a chain sees it: its own fields to write, those of the chains it requires to read. */
export type FlowView<F extends Fields, D extends Fields, Q extends readonly AnyChain[]> =
  BaseFlow & Views<F> & SideViews<D, 'fwd'> & SideViews<D, 'rev'> & ToRead<Merge<Q[number]['~views']>> & {
    /** The side this packet travels on. */
    readonly side: Views<D> & ToRead<Merge<Q[number]['~sides']>>
    readonly fwd: Views<D> & ToRead<Merge<Q[number]['~sides']>>
    readonly rev: Views<D> & ToRead<Merge<Q[number]['~sides']>>
  }

/** Every hook sees every packet of its kind; verdicts are combined afterwards, so the order of chains changes only that of the columns. */
export interface Hooks<V> {
  /** The flow's first packet, before the other hooks see it. */
  // a hook that returns nothing is of type void
  // oxlint-disable-next-line typescript/no-invalid-void-type
  newFlow?(flow: V, ip: IpView, rev: boolean, packet: PacketView): typeof IGNORE | void
  /** Every packet of the flow, of both IP versions. */
  ip?(flow: V, ip: IpView, rev: boolean, packet: PacketView): Verdict
  ip4?(flow: V, ip: Ipv4View, rev: boolean, packet: PacketView): Verdict
  ip6?(flow: V, ip: Ipv6View, rev: boolean, packet: PacketView): Verdict
  icmp4?(flow: V, icmp: IcmpView, rev: boolean, packet: PacketView): Verdict
  icmp6?(flow: V, icmp: IcmpView, rev: boolean, packet: PacketView): Verdict
  tcp?(flow: V, tcp: TcpView, rev: boolean, packet: PacketView): Verdict
  udp?(flow: V, udp: UdpView, rev: boolean, packet: PacketView): Verdict
  /** Every other transport. */
  l4?(flow: V, transport: TransportView, rev: boolean, packet: PacketView): Verdict
  /** Once a record, before it leaves. */
  end?(flow: V): void
}

export const HOOK_NAMES = ['newFlow', 'ip', 'ip4', 'ip6', 'icmp4', 'icmp6', 'tcp', 'udp', 'l4', 'end'] as const
export type HookName = (typeof HOOK_NAMES)[number]

export type Own<F, D> = { [K in keyof F]: K extends Reserved | `${keyof D & string}_fwd` | `${keyof D & string}_rev` ? `'${K & string}' is taken` : F[K] }

// two chains with one field: an error at the second, that names both
type Clash<H extends AnyChain, Seen> = Seen extends AnyChain
  ? (H['~names'] & Seen['~names']) extends never ? never
    // of chains that are known at run time only nothing can be said here
    : string extends H['~names'] | Seen['~names'] ? never
    : `chain '${H['name']}' declares '${H['~names'] & Seen['~names']}' again, after '${Seen['name']}'`
  : never
export type Checked<C extends readonly AnyChain[], Seen = never, Out extends readonly unknown[] = []> = C extends readonly [infer H extends AnyChain, ...infer T extends readonly AnyChain[]]
  ? Checked<T, Seen | H, [...Out, [Clash<H, Seen>] extends [never] ? H : Clash<H, Seen>]>
  : Out extends readonly [] ? C : readonly [...Out, ...C]

/** A finished record of these chains: a plain object, yours to keep. */
export type FlowRecord<C extends readonly AnyChain[]> = Flat<{ readonly first: number; readonly last: number; readonly end_reason: EndReasonName } & Merge<C[number]['~columns']>>
type Flat<T> = { [K in keyof T]: T[K] } & {}

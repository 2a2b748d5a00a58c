import { OptionError } from '../errors.ts'
import type { Duration } from '../flow/activity.ts'
import type { KeyOptions } from '../flow/key.ts'
import { Protocol } from '../packet/protocol.ts'
import { LONGEST_SNAPLEN } from '../source/live/options.ts'

/** Seconds of silence that end a flow: one number, or one a protocol (`tcp`, `udp`, `icmp`, ..., or its number) and `default`. */
export type IdleTimeout = number | Readonly<Record<string, number>>

/** What a warning says; `code` is stable. */
export interface Warning {
  readonly code: string
  readonly message: string
}

export interface FlowOptions {
  /** `flow` (addresses, protocol, ports), `hosts` (addresses) or `aggregate` (all in one); with `+vlan` and `+interface`. Default `flow`. */
  readonly key?: string
  /** Silence of strictly more ends a flow. @unit seconds; default 30 */
  readonly idleTimeout?: IdleTimeout
  /** A packet that comes more than this after the record's first begins the next part. Default: off. @unit seconds */
  readonly activeTimeout?: number
  /** How long packets still count in a flow that is complete. @unit seconds; default 5 */
  readonly expiryDelay?: number
  /** How many flows are kept at once; memory is reserved for them, and used as they come. Default 1000000. */
  readonly maxFlows?: number
  /** Whose flow a packet in a tunnel is: that of the innermost IP header (default), or of the outermost. */
  readonly tunnels?: 'inner' | 'outer'
  /** Stop after so many packets. Default: none. */
  readonly limit?: number
}

export interface ResolvedOptions {
  readonly key: KeyOptions
  /** By protocol number. */
  readonly idle: readonly Duration[]
  readonly active: Duration | null
  readonly expiry: Duration
  readonly maxFlows: number
  readonly limit: number
  readonly tunnels: 'inner' | 'outer'
}

export const PROTOCOL_NAMES: Readonly<Record<string, number>> = {
  icmp: Protocol.Icmp, tcp: Protocol.Tcp, udp: Protocol.Udp, dccp: Protocol.Dccp, gre: 47, esp: 50, ah: Protocol.Authentication,
  icmp6: Protocol.Icmpv6, sctp: Protocol.Sctp, udplite: Protocol.UdpLite,
}

const DEFAULT_IDLE = 30, DEFAULT_EXPIRY = 5
export const DEFAULT_FLOWS = 1_000_000
/** The wheel counts seconds in 32 bits. */
const LONGEST = 2 ** 31 - 2

/** @throws {OptionError} with the name of the option, its value, and what it may be */
export function resolve(options: FlowOptions): ResolvedOptions {
  const limit = options.limit ?? Infinity
  if (typeof limit !== 'number' || !(limit >= 0)) throw new OptionError('WEIR_OPTION_LIMIT', `limit is ${shown(limit)}: it must be a number of packets, 0 or more`, { option: 'limit' })
  const maxFlows = options.maxFlows ?? DEFAULT_FLOWS
  if (!Number.isInteger(maxFlows) || maxFlows < 1) throw new OptionError('WEIR_OPTION_MAX_FLOWS', `maxFlows is ${shown(maxFlows)}: it must be a whole number, 1 or more`, { option: 'maxFlows' })
  const tunnels = options.tunnels ?? 'inner'
  if (tunnels !== 'inner' && tunnels !== 'outer') throw new OptionError('WEIR_OPTION_TUNNELS', `tunnels is '${String(tunnels)}': it must be inner or outer`, { option: 'tunnels' })
  return {
    key: parseKey(options.key ?? 'flow'),
    idle: idleTimeouts(options.idleTimeout ?? DEFAULT_IDLE),
    active: options.activeTimeout === undefined ? null : duration('activeTimeout', options.activeTimeout),
    expiry: duration('expiryDelay', options.expiryDelay ?? DEFAULT_EXPIRY),
    maxFlows, limit, tunnels,
  }
}

/** What says how long and how packets are captured. @throws {OptionError} */
export function checkLive({ duration: seconds, snaplen }: { readonly duration?: number; readonly snaplen?: number }): void {
  if (seconds !== undefined) duration('duration', seconds)
  if (snaplen !== undefined && !(Number.isInteger(snaplen) && snaplen >= 1 && snaplen <= LONGEST_SNAPLEN)) throw new OptionError('WEIR_OPTION_SNAPLEN', `snaplen is ${shown(snaplen)}: it must be a number of octets from 1 to ${LONGEST_SNAPLEN}`, { option: 'snaplen' })
}

/** JavaScript passes anything: a text that looks like a number is told from one. */
function shown(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value)
}

export function duration(name: string, seconds: number): Duration {
  if (typeof seconds !== 'number' || !(seconds >= 0 && seconds <= LONGEST)) throw new OptionError('WEIR_OPTION_TIMEOUT', `${name} is ${shown(seconds)}: it must be a number of seconds from 0 to ${LONGEST}`, { option: name.split(' ')[0] })
  const whole = Math.floor(seconds)
  const nanoseconds = Math.round((seconds - whole) * 1e9)
  return nanoseconds === 1e9 ? { seconds: whole + 1, nanoseconds: 0 } : { seconds: whole, nanoseconds }
}

function idleTimeouts(timeout: IdleTimeout): Duration[] {
  const all = Array.from<Duration>({ length: 256 })
  if (typeof timeout !== 'object' || timeout === null) return all.fill(duration('idleTimeout', timeout))
  all.fill(duration('idleTimeout', timeout['default'] ?? DEFAULT_IDLE))
  for (const [name, seconds] of Object.entries(timeout)) {
    if (name === 'default') continue
    const number = Object.hasOwn(PROTOCOL_NAMES, name) ? PROTOCOL_NAMES[name] : /^\d{1,3}$/.test(name) ? Number(name) : 256
    if (number > 255) throw new OptionError('WEIR_OPTION_TIMEOUT', `idleTimeout knows no protocol '${name}': use ${Object.keys(PROTOCOL_NAMES).join(', ')}, default, or a number from 0 to 255`, { option: 'idleTimeout' })
    const [word] = Object.entries(PROTOCOL_NAMES).find(([, known]) => known === number) ?? [name]
    all[number] = duration(`idleTimeout of ${word}`, seconds)
  }
  return all
}

function parseKey(text: string): KeyOptions {
  const [base, ...more] = String(text).split('+')
  const known = base === 'flow' || base === 'hosts' || base === 'aggregate'
  if (!known || more.some((part) => part !== 'vlan' && part !== 'interface')) {
    throw new OptionError('WEIR_OPTION_KEY', `key is '${text}': it must be flow, hosts or aggregate, and may go on with +vlan and +interface`, { option: 'key' })
  }
  return { base, vlan: more.includes('vlan'), interface: more.includes('interface') }
}

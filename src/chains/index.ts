import { isChain } from '../chain/define.ts'
import type { AnyChain } from '../chain/types.ts'
import { OptionError } from '../errors.ts'
import { basic } from './basic.ts'
import { community, COMMUNITY_OPTIONS } from './community.ts'
import { dns } from './dns.ts'
import { dscp } from './dscp.ts'
import { ecn } from './ecn.ts'
import { evil } from './evil.ts'
import { icmp } from './icmp.ts'
import { id } from './id.ts'
import { ip } from './ip.ts'
import { link } from './link.ts'
import { mss } from './mss.ts'
import { nearest } from '../schema/nearest.ts'
import { noop } from './noop.ts'
import { ns } from './ns.ts'
import { type OptionedChain, optionsOf } from './options.ts'
import { payload } from './payload.ts'
import { size } from './size.ts'
import { splt, SPLT_OPTIONS } from './splt.ts'
import { tcp } from './tcp.ts'
import { tcpopt } from './tcpopt.ts'
import { tcpstats } from './tcpstats.ts'
import { tfo } from './tfo.ts'
import { time } from './time.ts'
import { ttl } from './ttl.ts'
import { tunnel } from './tunnel.ts'
import { udp } from './udp.ts'

/** The built-in chains by name, in the order in which they are listed; of those that take options, with their defaults. */
export const builtinChains: ReadonlyMap<string, AnyChain> = new Map<string, AnyChain>([
  basic, tcp, tcpstats, icmp, id, ns, link, tunnel, ip, ttl, payload, size, time, splt(), community(), ecn, dscp, mss, tcpopt, tfo, udp, dns, evil, noop,
].map((chain) => [chain.name, chain]))

/** Those of them that take options. */
export const chainOptions: ReadonlyMap<string, OptionedChain> = new Map<string, OptionedChain>([
  ['splt', { options: SPLT_OPTIONS, make: splt }],
  ['community', { options: COMMUNITY_OPTIONS, make: community }],
])

/** A function of the user's that makes a chain with options: numbers where they look like it, else text. */
export type ChainMaker = (options: Readonly<Record<string, number | string>>) => unknown

/**
 * @param names comma separated, with options behind a colon: `basic,splt:n=50`
 * @param more chains of the user's by name, and functions that make some; they are looked for before the built-in ones
 * @throws {OptionError} WEIR_OPTION_CHAINS, for a name or an option that is none
 */
export function chainsByName(names: string, more: ReadonlyMap<string, AnyChain | ChainMaker> = new Map<string, AnyChain>()): AnyChain[] {
  return names.split(',').map((each) => each.trim()).filter((each) => each !== '').map((each) => {
    const [name, ...options] = each.split(':')
    const known = name.trim().toLowerCase()
    const chain = more.get(known) ?? builtinChains.get(known)
    if (chain === undefined) throw new OptionError('WEIR_OPTION_CHAINS', `there is no chain '${name}': ${advice(known, [...more.keys(), ...builtinChains.keys()])}`)
    if (typeof chain === 'function') return made(name, chain, options)
    if (options.length === 0) return chain
    const optioned = more.has(known) ? undefined : chainOptions.get(known)
    if (optioned === undefined) throw new OptionError('WEIR_OPTION_CHAINS', `chain '${known}' takes no options: leave away ':${options.join(':')}'`)
    return optioned.make(optionsOf(known, optioned, options))
  })
}

function made(name: string, make: ChainMaker, options: readonly string[]): AnyChain {
  const chain = make(Object.fromEntries(options.map((option) => {
    const [key, value = ''] = option.split(/=(.*)/s)
    return [key.trim(), value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value]
  })))
  if (isChain(chain)) return chain
  throw new OptionError('WEIR_OPTION_CHAINS', `'${name}' is a function that made no chain: it must return what defineChain returns`)
}

function advice(name: string, known: readonly string[]): string {
  const near = nearest(name, known)
  return `${near === null ? '' : `did you mean ${near}? `}there are ${known.join(', ')}`
}

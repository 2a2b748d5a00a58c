import type { AnyChain } from '../chain/types.ts'
import { OptionError } from '../errors.ts'
import { basic } from './basic.ts'
import { dns } from './dns.ts'
import { dscp } from './dscp.ts'
import { ecn } from './ecn.ts'
import { evil } from './evil.ts'
import { icmp } from './icmp.ts'
import { id } from './id.ts'
import { mss } from './mss.ts'
import { nearest } from './nearest.ts'
import { noop } from './noop.ts'
import { ns } from './ns.ts'
import { tcp } from './tcp.ts'
import { tcpopt } from './tcpopt.ts'
import { tfo } from './tfo.ts'
import { udp } from './udp.ts'

/** The built-in chains by name, in the order in which they are listed. */
export const builtinChains: ReadonlyMap<string, AnyChain> = new Map<string, AnyChain>([
  basic, tcp, icmp, id, ns, ecn, dscp, mss, tcpopt, tfo, udp, dns, evil, noop,
].map((chain) => [chain.name, chain]))

/** @param names comma separated @throws {OptionError} WEIR_OPTION_CHAINS, for a name that is none */
export function chainsByName(names: string): AnyChain[] {
  return names.split(',').map((each) => each.trim()).filter((each) => each !== '').map((name) => {
    const chain = builtinChains.get(name.toLowerCase())
    if (chain === undefined) throw new OptionError('WEIR_OPTION_CHAINS', `there is no chain '${name}': ${advice(name.toLowerCase())}`)
    return chain
  })
}

function advice(name: string): string {
  const known = [...builtinChains.keys()]
  const near = nearest(name, known)
  return `${near === null ? '' : `did you mean ${near}? `}there are ${known.join(', ')}`
}

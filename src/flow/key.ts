import type { Packet } from '../packet/packet.ts'
import { hasPorts } from '../packet/protocol.ts'
import type { KeyColumns, KeyWords } from './key-columns.ts'

/** How packets are divided into flows. */
export interface KeyOptions {
  /** `flow`: addresses, protocol and ports; `hosts`: addresses; `aggregate`: nothing, all packets are one flow. */
  readonly base: 'flow' | 'hosts' | 'aggregate'
  /** VLAN identifiers (the two outermost) are part of the key. */
  readonly vlan: boolean
  /** The interface is part of the key. */
  readonly interface: boolean
}

/** The last word of a key: protocol in bits 0-7, family of the addresses in 8-9 (1: IPv4, 2: IPv6), scope above. */
export const FAMILY_SHIFT = 8, SCOPE_SHIFT = 10
export const FAMILY_IPV4 = 1, FAMILY_IPV6 = 2

const IPV4 = FAMILY_IPV4 << FAMILY_SHIFT, IPV6 = FAMILY_IPV6 << FAMILY_SHIFT, FAMILY = 3 << FAMILY_SHIFT

/**
 * The key of the present packet: 16 octets in four words, and its hash. It is made anew for every packet in the same place.
 *
 * For IPv6 the address words are seeded hashes of the addresses, which the table compares when the words match. The hash mixes each
 * endpoint (address and port) on its own, then adds: so both directions have the same hash, and an XOR's collisions between
 * neighbouring addresses are avoided. It is seeded, so that nobody can choose keys that collide.
 */
export class FlowKey implements KeyWords {
  source = 0
  destination = 0
  /** Source port in the upper, destination port in the lower half. */
  ports = 0
  rest = 0
  hash = 0
  /** What the packet says where the key leaves it out (`hosts`, `aggregate`): the same four words, in full. */
  readonly described: FlowKey | null

  /** 1 where the key is not just that of a flow. */
  private readonly isReduced: 0 | 1
  private readonly base: KeyOptions['base']
  private readonly scopes: Scopes | null
  private readonly scheme: KeyScheme

  constructor(scheme: KeyScheme) {
    const { options, seed, scopes } = scheme
    this.scheme = scheme
    this.base = options.base
    this.scopes = scopes
    this.isReduced = scheme.isReduced ? 1 : 0
    this.described = options.base === 'flow' ? null : new FlowKey(new KeyScheme({ base: 'flow', vlan: false, interface: false }, seed))
  }

  /** Read the key of a packet that has one (`Fate.Keyed`). */
  load(packet: Packet): void {
    const { protocol } = packet
    this.assign(packet, protocol, hasPorts(protocol) && packet.fragmentOffset === 0 ? packet.view.getInt32(packet.transportOffset) : 0)
  }

  /** The key of a packet whose protocol and ports are known from elsewhere: of a later fragment. */
  assign(packet: Packet, protocol: number, ports: number): void {
    const view = packet.view
    const at = packet.ipOffset
    // little-endian reads: the words lie in memory as the addresses do on the wire
    if (packet.ipVersion === 4) this.set(view.getInt32(at + 12, true), view.getInt32(at + 16, true), ports, protocol | IPV4)
    else this.set(this.scheme.addressWord(view, at + 8), this.scheme.addressWord(view, at + 24), ports, protocol | IPV6)
    if (this.isReduced !== 0) this.reduce(packet, protocol, ports)
  }

  /** Take the key of a burst's packet. */
  take({ source, destination, ports, rest, hash }: KeyColumns, i: number): void {
    this.source = source[i]
    this.destination = destination[i]
    this.ports = ports[i]
    this.rest = rest[i]
    this.hash = hash[i]
  }

  /** Leave out of the key what its options leave out, and add what they add. */
  private reduce(packet: Packet, protocol: number, ports: number): void {
    this.described?.assign(packet, protocol, ports)
    const { base } = this
    const scope = this.scopes === null ? 0 : this.scopes.number(packet) << SCOPE_SHIFT
    if (base === 'flow') this.set(this.source, this.destination, ports, this.rest | scope)
    else if (base === 'hosts') this.set(this.source, this.destination, 0, (this.rest & FAMILY) | scope)
    else this.set(0, 0, 0, scope)
  }

  /** True where both ends are the same, so that nothing tells a direction. */
  get symmetric(): boolean {
    return this.source === this.destination && this.ports >>> 16 === (this.ports & 0xffff)
  }

  private set(source: number, destination: number, ports: number, rest: number): void {
    this.source = source
    this.destination = destination
    this.ports = ports
    this.rest = rest
    this.hash = this.scheme.hash(source, destination, ports, rest)
  }
}

/** What all keys of an observation share: how packets are divided, the seed, and which number a VLAN or an interface has. */
export class KeyScheme {
  readonly options: KeyOptions
  readonly seed: Int32Array
  readonly scopes: Scopes | null
  // each a field: read faster than the elements of an array
  private readonly add: number
  private readonly addressMultiplier: number
  private readonly portMultiplier: number
  private readonly lastMultiplier: number
  private readonly wordMultiplier: number
  private readonly wordStart: number

  constructor(options: KeyOptions, seed: Int32Array = randomSeed()) {
    this.options = options
    this.seed = seed
    this.scopes = options.vlan || options.interface ? new Scopes(options) : null
    this.add = seed[0]
    this.addressMultiplier = seed[1]
    this.portMultiplier = seed[2]
    this.lastMultiplier = seed[3]
    this.wordMultiplier = seed[4]
    this.wordStart = seed[5]
  }

  /** True where the key is not just that of a flow. */
  get isReduced(): boolean {
    return this.options.base !== 'flow' || this.scopes !== null
  }

  /** Mixes each endpoint (address and port) on its own, then adds: both directions have the same hash. */
  readonly hash = (source: number, destination: number, ports: number, rest: number): number => {
    const { add, addressMultiplier, portMultiplier } = this
    let forward = Math.imul(source ^ add, addressMultiplier)
    forward = Math.imul(forward ^ (forward >>> 15) ^ (ports >>> 16), portMultiplier)
    let reverse = Math.imul(destination ^ add, addressMultiplier)
    reverse = Math.imul(reverse ^ (reverse >>> 15) ^ (ports & 0xffff), portMultiplier)
    let hash = ((forward ^ (forward >>> 13)) + (reverse ^ (reverse >>> 13))) | 0
    hash = Math.imul(hash ^ rest, this.lastMultiplier)
    return hash ^ (hash >>> 16)
  }

  /** What stands for an IPv6 address in a key. Without a loop, which V8 would leave one. */
  readonly addressWord = (view: DataView, at: number): number => {
    const multiplier = this.wordMultiplier
    let hash = Math.imul(this.wordStart ^ view.getInt32(at, true), multiplier)
    hash = Math.imul(hash ^ (hash >>> 15) ^ view.getInt32(at + 4, true), multiplier)
    hash = Math.imul(hash ^ (hash >>> 15) ^ view.getInt32(at + 8, true), multiplier)
    hash = Math.imul(hash ^ (hash >>> 15) ^ view.getInt32(at + 12, true), multiplier)
    return hash ^ (hash >>> 15)
  }
}

/** Six words; those that multiply are odd, so that no bit is lost. */
export function randomSeed(): Int32Array {
  const seed = crypto.getRandomValues(new Int32Array(6))
  for (let i = 1; i <= 4; i++) seed[i] |= 1
  return seed
}

/** Numbers the combinations of VLANs and interface that have been seen. */
class Scopes {
  private readonly options: KeyOptions
  private readonly numbers = new Map<number, number>()
  private last = -1
  private lastNumber = 0

  constructor(options: KeyOptions) {
    this.options = options
  }

  number(packet: Packet): number {
    let scope = this.options.interface ? packet.interfaceId : 0
    // 13 bits each: -1, no tag, is a value of its own
    if (this.options.vlan) scope = (scope * 8192 + packet.outerVlan + 1) * 8192 + packet.innerVlan + 1
    if (scope === this.last) return this.lastNumber
    let number = this.numbers.get(scope)
    if (number === undefined) {
      number = this.numbers.size
      this.numbers.set(scope, number)
    }
    this.last = scope
    this.lastNumber = number
    return number
  }
}

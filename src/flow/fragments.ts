import type { Packet } from '../packet/packet.ts'
import type { PacketClock } from './clock.ts'

/** How many datagrams are remembered, how long, and how many fragments of one are held before its first comes. */
const DATAGRAMS = 8192, SECONDS = 30, HELD = 64
/** What all held fragments may cost: IPv6 extension headers can be as long as the packet. @unit octets */
const MEMORY = 16 << 20
/** What a held fragment costs beside its header. @unit octets */
const OVERHEAD = 256

/** A fragment that came before its first: what the `ip` hooks need of it. */
export interface HeldFragment {
  readonly number: number
  readonly seconds: number
  readonly nanoseconds: number
  readonly wireLength: number
  readonly capturedLength: number
  readonly ipVersion: number
  readonly ipLength: number
  readonly fragmentOffset: number
  readonly moreFragments: boolean
  /** IP header with its options or extension headers. */
  readonly header: Uint8Array
}

interface Datagram {
  readonly key: string
  /** Clock when its first known fragment came. @unit seconds */
  readonly since: number
  /** What its first fragment said; null until that has come. */
  first: { readonly protocol: number; readonly ports: number } | null
  held: HeldFragment[]
}

/**
 * Which flow the fragments of a datagram belong to: only the first has ports. In whatever order they come; bounded: the datagram that
 * is known the longest is forgotten where there are too many, or too much is held.
 * Fragments are rare, so clearness comes before speed here.
 */
export class FragmentTable {
  private readonly clock: PacketClock
  private readonly datagrams = new Map<string, Datagram>()
  /** All of them in the order in which they came, as a ring: number n is at n modulo its length. */
  private readonly order: Datagram[] = []
  private made = 0
  private forgotten = 0
  /** What is held. @unit octets */
  private memory = 0

  constructor(clock: PacketClock) {
    this.clock = clock
  }

  /** Datagrams that are known. */
  get size(): number {
    return this.datagrams.size
  }

  /** A first fragment tells the ports. @returns those that were held for it, in the order in which they came */
  first(packet: Packet, protocol: number, ports: number): readonly HeldFragment[] {
    const datagram = this.datagram(packet)
    datagram.first = { protocol, ports }
    return this.release(datagram)
  }

  /** What the first fragment of this later one's datagram said; null where it has not come: then this one is held. */
  later(packet: Packet): { readonly protocol: number; readonly ports: number } | null {
    const datagram = this.datagram(packet)
    if (datagram.first === null && datagram.held.length < HELD) this.hold(datagram, toHold(packet))
    return datagram.first
  }

  private datagram(packet: Packet): Datagram {
    const key = datagramKey(packet)
    const known = this.datagrams.get(key)
    const now = this.clock.seconds
    // the clock may have been re-based since
    if (known !== undefined && Math.abs(now - known.since) <= SECONDS) return known
    if (known !== undefined) this.forget(known)
    if (this.made - this.forgotten === DATAGRAMS) this.forgetOldest()
    const datagram: Datagram = { key, since: now, first: null, held: [] }
    this.datagrams.set(key, datagram)
    this.order[this.made++ % DATAGRAMS] = datagram
    return datagram
  }

  private hold(datagram: Datagram, fragment: HeldFragment): void {
    datagram.held.push(fragment)
    this.memory += fragment.header.length + OVERHEAD
    while (this.memory > MEMORY) this.forgetOldest()
  }

  private forgetOldest(): void {
    this.forget(this.order[this.forgotten++ % DATAGRAMS])
  }

  private forget(datagram: Datagram): void {
    this.release(datagram)
    // its key may be that of a later datagram by now
    if (this.datagrams.get(datagram.key) === datagram) this.datagrams.delete(datagram.key)
  }

  private release(datagram: Datagram): readonly HeldFragment[] {
    const { held } = datagram
    datagram.held = []
    for (const { header } of held) this.memory -= header.length + OVERHEAD
    return held
  }
}

/** Source, destination and identification; of IPv4 the protocol too. Half a word a character. @source RFC 791 section 3.2; RFC 8200 section 4.5 */
function datagramKey({ view, ipOffset: at, ipVersion, identification, protocol }: Packet): string {
  const half = (offset: number): number => view.getUint16(at + offset)
  if (ipVersion === 4) return String.fromCharCode(half(12), half(14), half(16), half(18), half(4), protocol)
  let key = String.fromCharCode(identification >>> 16, identification & 0xffff)
  for (let i = 8; i < 40; i += 8) key += String.fromCharCode(half(i), half(i + 2), half(i + 4), half(i + 6))
  return key
}

function toHold(packet: Packet): HeldFragment {
  const { number, seconds, nanoseconds, wireLength, capturedLength, ipVersion, ipLength, fragmentOffset, moreFragments } = packet
  const header = packet.bytes.slice(packet.ipOffset, Math.min(packet.transportOffset, packet.ipEnd))
  return { number, seconds, nanoseconds, wireLength, capturedLength, ipVersion, ipLength, fragmentOffset, moreFragments, header }
}

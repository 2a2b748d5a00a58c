import type { Frame } from './frames.ts'
import { type IpPacket, readIp } from './headers.ts'
import type { Form, Switches } from './rules.ts'

/** Names of a packet's flow in both directions. They are equal where nothing tells the two ends apart. */
export interface Key {
  readonly forward: string
  readonly reverse: string
  /** The packet that an ICMP error quotes, where the key is of that. */
  readonly quote: IpPacket | null
}

const WITH_PORTS = new Set([6, 17, 33, 132, 136])
const WITH_PORTS_IN_PATHSPIDER: Record<Form, ReadonlySet<number>> = { seed: new Set([6, 17, 132]), seedtcp: new Set([6, 17, 132]), head: new Set([6, 17, 132, 136]) }
/** Protocols whose ports PATHspider writes into the record. */
const WITH_SHOWN_PORTS = new Set([6, 17])

/** Finds the key of a packet: of the flow that it belongs to. */
export class Keys {
  private readonly form: Form
  private readonly on: Switches
  /** Ports of datagrams by their first fragment. */
  private readonly firstFragments = new Map<string, Uint8Array>()

  constructor(form: Form, on: Switches) {
    this.form = form
    this.on = on
  }

  /** @returns null for a packet that ends before its key */
  of(packet: IpPacket, frame: Frame): Key | null {
    return this.isReadError(packet) ? this.ofError(packet, frame) : this.ofPacket(packet)
  }

  /** The two ports as the record shows them. */
  shownPorts(packet: IpPacket): [number | null, number | null] {
    const { transport } = packet
    const shown = this.on('ports of TCP and UDP') ? WITH_SHOWN_PORTS : WITH_PORTS
    if (!shown.has(packet.protocol) || transport.length < 4) return [null, null]
    return [(transport[0] << 8) | transport[1], (transport[2] << 8) | transport[3]]
  }

  private isReadError(packet: IpPacket): boolean {
    return isIcmpError(packet) && !(this.on('ICMP errors') && this.form !== 'head')
  }

  private ofError(packet: IpPacket, frame: Frame): Key | null {
    const { transportAndTrailer, transport } = packet
    const at = frame.bytes.length - transportAndTrailer.length + 8
    if (this.on('cut keys')) {
      if (transportAndTrailer.length < 12) return null
      const quote = readIp(frame, at, packet.version)
      return typeof quote === 'string' ? this.ofPacket(packet) : against(quote, this.ofPacket(quote))
    }
    const quote = readIp(frame, at, packet.version, at - 8 + transport.length)
    const key = typeof quote === 'string' || quote.fragmentOffset !== 0 ? null : this.ofPacket(quote)
    return key === null ? this.ofPacket(packet) : against(quote as IpPacket, key)
  }

  private ofPacket(packet: IpPacket): Key | null {
    const { source, destination } = packet
    const protocol = this.on('extension headers') ? packet.nextHeader : packet.protocol
    const keyed = this.on('ports of TCP and UDP') ? WITH_PORTS_IN_PATHSPIDER[this.form] : WITH_PORTS
    const ports = keyed.has(packet.protocol) ? this.ports(packet) : new Uint8Array(0)
    if (ports === null) return null
    const [from, to] = [ports.subarray(0, 2).join('.'), ports.subarray(2).join('.')].map((port) => (port === '' ? '' : `.${port}`))
    return { forward: `${source} ${destination} ${protocol} ${from}${to}`, reverse: `${destination} ${source} ${protocol} ${to}${from}`, quote: null }
  }

  private ports(packet: IpPacket): Uint8Array | null {
    const { datagram, fragmentOffset } = packet
    if (fragmentOffset !== 0) return this.on('lost fragments') ? null : this.firstFragments.get(datagram!) ?? null
    const ports = (this.on('cut keys') ? packet.transportAndTrailer : packet.transport).subarray(0, 4)
    if (datagram !== null) this.firstFragments.set(datagram, ports)
    return ports.length < 4 && !this.on('cut keys') ? null : ports
  }
}

export function isIcmpError({ version, protocol, transport }: IpPacket): boolean {
  if (transport.length < 1) return false
  const type = transport[0]
  return version === 4 ? protocol === 1 && [3, 4, 5, 11, 12].includes(type) : protocol === 58 && type >= 1 && type <= 4
}

/** An error travels against the packet it quotes. */
function against(quote: IpPacket, key: Key | null): Key | null {
  return key === null ? null : { forward: key.reverse, reverse: key.forward, quote }
}

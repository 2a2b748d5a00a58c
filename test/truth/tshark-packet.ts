/** One end of a packet: its address, and its port where the protocol has ports. */
export interface End {
  readonly address: string
  readonly port: number | null
}

export interface Header {
  readonly source: End
  readonly destination: End
  readonly protocol: number
  /** Octets of the IP packet as sent. */
  readonly octets: number
}

/** A packet as tshark shows it: of several in one another, the innermost. */
export interface TsharkPacket extends Header {
  readonly nanoseconds: bigint
  readonly fragment: 'none' | 'first' | 'later'
  /** The packet that an ICMP error quotes, if so much of it is quoted that its flow is known; null for all others. */
  readonly quote: Header | null
}

type Row = Readonly<Record<string, string>>

/** Octets of link layers, by tshark's name for them. */
const LINK_HEADERS: Readonly<Record<string, number>> = { eth: 14, vlan: 4, ieee8021ad: 4, sll: 16, null: 4, raw: 0 }
const NUMBERS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58, sctp: 132 }
const WITH_PORTS = new Set([6, 17, 33, 132, 136])
const ICMP_ERRORS = new Set(['3', '4', '5', '11', '12']), ICMPV6_ERRORS = new Set(['1', '2', '3', '4'])

/** @returns null for a packet that is not IP, or too short for its addresses, or the ports of its protocol */
export function tsharkPacket(row: Row): TsharkPacket | null {
  const layers = row['frame.protocols'].split(':')
  let start = layers.findIndex(isIp)
  if (start < 0) return null
  const fields = new Fields(row)
  const link = layers.slice(0, start).reduce((octets, layer) => octets + (LINK_HEADERS[layer] ?? 0), 0)
  let header = fields.header(layers.slice(start), Number(row['frame.len']) - link)
  let fragment = fragmentOf(row, layers, start)
  const isError = ICMP_ERRORS.has(first(row['icmp.type'])) || ICMPV6_ERRORS.has(first(row['icmpv6.type']))
  let next: number
  let quotes: boolean
  for (;;) {
    next = layers.findIndex((layer, i) => i > start && isIp(layer))
    quotes = next > 0 && isError && layers[next - 1].startsWith('icmp')
    // tshark puts fragments together, and shows in the last what the tunnel carries
    if (next < 0 || quotes || fragment !== 'none') break
    header = fields.header(layers.slice(next), 0)
    fragment = fragmentOf(row, layers, next)
    start = next
  }
  if (!isWhole(header) && (fragment !== 'later' || header.source.address === '')) return null
  const quote = quotes ? fields.header(layers.slice(next), 0) : null
  const isLater = layers[next] === 'ip' && Number(row['ip.frag_offset'].split(',')[1]) > 0
  return {
    ...header,
    nanoseconds: nanoseconds(row['frame.time_epoch']),
    fragment,
    quote: quote !== null && isWhole(quote) && !isLater ? quote : null,
  }
}

/** Addresses, and ports where the protocol has them, are there. */
function isWhole({ source, destination, protocol }: Header): boolean {
  return destination.address !== '' && (!WITH_PORTS.has(protocol) || source.port !== null)
}

function isIp(layer: string): boolean {
  return layer === 'ip' || layer === 'ipv6'
}

function first(list: string): string {
  return list.split(',')[0]
}

export function nanoseconds(epoch: string): bigint {
  const [seconds, rest = ''] = epoch.split('.')
  return BigInt(seconds + rest.padEnd(9, '0').slice(0, 9))
}

/** Of IPv6 there is no offset among the fields: behind a fragment header that is not the first, tshark sees data. */
function fragmentOf(row: Row, layers: readonly string[], start: number): TsharkPacket['fragment'] {
  if (layers[start] === 'ip') {
    const before = layers.slice(0, start).filter((layer) => layer === 'ip').length
    if (Number(row['ip.frag_offset'].split(',')[before]) > 0) return 'later'
    return /^(1|True)$/.test(row['ip.flags.mf'].split(',')[before]) ? 'first' : 'none'
  }
  const header = layers.indexOf('ipv6.fraghdr', start)
  if (header < 0) return 'none'
  return layers[header + 1] === 'data' ? 'later' : 'first'
}

/** Reads lists of values, one a header, from the outermost on. */
class Fields {
  private readonly lists = new Map<string, string[]>()
  private readonly row: Row

  constructor(row: Row) {
    this.row = row
  }

  header(layers: readonly string[], onWire: number): Header {
    const [ip] = layers
    const upper = layers.find((layer, i) => i > 0 && !layer.startsWith('ipv6.')) ?? ''
    const source = this.next(`${ip}.src`), destination = this.next(`${ip}.dst`)
    const length = Number(this.next(ip === 'ip' ? 'ip.len' : 'ipv6.plen'))
    const next = Number(this.next(ip === 'ip' ? 'ip.proto' : 'ipv6.nxt'))
    const hasPorts = ['tcp', 'udp', 'sctp'].includes(upper)
    return {
      source: { address: source, port: hasPorts ? this.port(`${upper}.srcport`) : null },
      destination: { address: destination, port: hasPorts ? this.port(`${upper}.dstport`) : null },
      // behind extension headers the protocol is the one that tshark found there
      protocol: ip === 'ipv6' && layers[1]?.startsWith('ipv6.') ? (NUMBERS[upper] ?? next) : next,
      octets: ip === 'ip' ? length || onWire : length === 0 ? (next === 59 ? 40 : onWire) : length + 40,
    }
  }

  private next(field: string): string {
    let list = this.lists.get(field)
    if (list === undefined) this.lists.set(field, (list = this.row[field].split(',')))
    return list.shift() ?? ''
  }

  private port(field: string): number | null {
    const text = this.next(field)
    return text === '' ? null : Number(text)
  }
}

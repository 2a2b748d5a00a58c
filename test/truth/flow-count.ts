import { basic, type Ledger, observe } from '../../src/index.ts'
import type { Header, TsharkPacket } from './tshark-packet.ts'

/** How much a flow carried, named as in the records of the chain `basic`. */
export interface FlowCount {
  readonly sip: string
  readonly dip: string
  readonly proto: number
  readonly sp: number | null
  readonly dp: number | null
  pkt_fwd: number
  pkt_rev: number
  oct_fwd: number
  oct_rev: number
}

/** Longer than any capture. @unit seconds */
export const NEVER = 2 ** 31 - 2

/** What weir counts. */
export async function observedFlows(path: string, idleTimeout: number): Promise<{ flows: FlowCount[]; ledger: Ledger }> {
  const observer = observe(path, { chains: [basic], idleTimeout, maxFlows: 10_000 })
  const flows: FlowCount[] = []
  for await (const { sip, dip, proto, sp, dp, pkt_fwd, pkt_rev, oct_fwd, oct_rev } of observer) {
    flows.push({ sip: sip!, dip: dip!, proto: proto!, sp, dp, pkt_fwd, pkt_rev, oct_fwd, oct_rev })
  }
  return { flows: sorted(flows), ledger: observer.ledger }
}

/** The same, counted from the packets that tshark shows: the first packet gives the direction, silence of strictly more than `idle` ends the flow. */
export function expectedFlows(packets: readonly TsharkPacket[], idle: number): FlowCount[] {
  const flows: FlowCount[] = []
  const open = new Map<string, { flow: FlowCount; seen: bigint }>()
  const limit = BigInt(idle) * 1_000_000_000n
  let clock: bigint | null = null
  for (const [i, packet] of packets.entries()) {
    if (clock === null || packet.nanoseconds > clock || clock - packet.nanoseconds > 60_000_000_000n) clock = packet.nanoseconds
    const header = packet.quote ?? (packet.fragment === 'later' ? withPortsOfFirst(packets, i) : packet)
    const key = keyOf(header)
    let known = open.get(key)
    if (known === undefined || clock - known.seen > limit) {
      known = { flow: empty(header), seen: clock }
      flows.push(known.flow)
      open.set(key, known)
    }
    known.seen = clock
    count(known.flow, header, packet)
  }
  return sorted(flows)
}

/** A later fragment has the ports of its first: the one before it between the same ends, or else the one after. */
function withPortsOfFirst(packets: readonly TsharkPacket[], at: number): Header {
  const later = packets[at]
  const isFirst = ({ fragment, source, destination }: TsharkPacket) =>
    fragment === 'first' && source.address === later.source.address && destination.address === later.destination.address
  return packets.slice(0, at).findLast(isFirst) ?? packets.slice(at).find(isFirst) ?? later
}

function keyOf({ source, destination, protocol }: Header): string {
  return [`${source.address} ${source.port}`, `${destination.address} ${destination.port}`].toSorted().join(' ') + ` ${protocol}`
}

function empty({ source, destination, protocol }: Header): FlowCount {
  return { sip: source.address, dip: destination.address, proto: protocol, sp: source.port, dp: destination.port, pkt_fwd: 0, pkt_rev: 0, oct_fwd: 0, oct_rev: 0 }
}

/** An ICMP error travels against the packet it quotes. Between equal ends nothing travels back. */
function count(flow: FlowCount, { source, destination }: Header, packet: TsharkPacket): void {
  const isSymmetric = source.address === destination.address && source.port === destination.port
  const isAlong = source.address === flow.sip && source.port === flow.sp
  if (isSymmetric || isAlong === (packet.quote === null)) {
    flow.pkt_fwd++
    flow.oct_fwd += packet.octets
  } else {
    flow.pkt_rev++
    flow.oct_rev += packet.octets
  }
}

function sorted(flows: readonly FlowCount[]): FlowCount[] {
  return flows.map((flow) => ({ flow, text: JSON.stringify(flow) })).toSorted((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0)).map(({ flow }) => flow)
}

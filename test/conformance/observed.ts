import { basic, defineChain, id, type IpView, observe, type PacketView } from '../../src/index.ts'
import { destinationMac, sourceMac } from '../../src/packet/mac.ts'
import { count, type Counted, type Flow, line, type Seen } from './flow.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** What weir says of a capture: its records, and which packets it counted in each. */
export interface Observed {
  readonly records: readonly Counted[]
  readonly flows: readonly Flow[]
}

/** @param key how weir divides packets into flows; default `flow` */
export async function observed(path: string, key = 'flow', tunnels: 'inner' | 'outer' = 'inner'): Promise<Observed> {
  const packetsOf = new Map<number, Writable<Seen>[]>()
  const log = defineChain({
    name: 'log',
    doc: 'Keeps what is known of every packet.',
    newFlow(flow) {
      packetsOf.set(flow.key.number, [])
    },
    ip(flow, ip, rev, packet) {
      const { sourcePort, destinationPort, protocol } = flow.key
      const seen = seenOf(ip, rev, packet)
      const own = ip.isError ? seen.own : { ...seen.own, proto: protocol, sp: rev ? destinationPort : sourcePort, dp: rev ? sourcePort : destinationPort }
      packetsOf.get(flow.key.number)!.push({ ...seen, own })
    },
    tcp(flow, tcp) {
      if (tcp.syn) packetsOf.get(flow.key.number)!.at(-1)!.syn = { isAnswer: tcp.ack, sequence: tcp.sequenceNumber }
    },
  })
  const records: Counted[] = [], flows: Flow[] = []
  for await (const { flow_id, sip, dip, proto, sp, dp, pkt_fwd, pkt_rev, oct_fwd, oct_rev } of observe(path, { chains: [basic, id, log], key, tunnels, maxFlows: 10_000 })) {
    const ends = { sip: sip!, dip: dip!, proto: proto!, sp, dp }
    const record = { ...ends, pkt_fwd, pkt_rev, oct_fwd, oct_rev }
    const flow = { ends, packets: packetsOf.get(flow_id)! }
    if (line(count(flow)) !== line(record)) throw new Error(`hooks saw ${line(count(flow))}, the record says ${line(record)}`)
    records.push(record)
    flows.push(flow)
  }
  return { records, flows }
}

function seenOf(ip: IpView, rev: boolean, packet: PacketView): Seen {
  return {
    number: packet.number,
    time: packet.seconds + packet.nanoseconds / 1e9,
    own: { sip: ip.sourceAddress, dip: ip.destinationAddress, proto: ip.protocol, sp: null, dp: null },
    rev,
    octets: ip.totalLength,
    payload: packet.payloadLength,
    frameLength: packet.wireLength,
    macSource: sourceMac(packet),
    macDestination: destinationMac(packet),
    isTagged: packet.outerVlan >= 0,
    isError: ip.isError,
    syn: null,
  }
}

/** Who talks to whom, in the direction of the flow. */
export interface Ends {
  readonly sip: string
  readonly dip: string
  readonly proto: number
  readonly sp: number | null
  readonly dp: number | null
}

/** A flow as it is counted; octets are null where a tool does not tell them. */
export interface Counted extends Ends {
  readonly pkt_fwd: number
  readonly pkt_rev: number
  readonly oct_fwd: number | null
  readonly oct_rev: number | null
}

/** What weir saw of a packet. */
export interface Seen {
  readonly number: number
  /** @unit seconds since the epoch */
  readonly time: number
  /** What its own header says, in its own direction; a later fragment has the ports of its first. */
  readonly own: Ends
  /** Against the direction of its flow. */
  readonly rev: boolean
  /** Of the IP packet, unless a rule counts otherwise. */
  readonly octets: number
  /** Behind the transport header. @unit octets */
  readonly payload: number
  readonly frameLength: number
  readonly macSource: string | null
  readonly macDestination: string | null
  readonly isTagged: boolean
  readonly isError: boolean
  /** Of TCP: a SYN without ACK, or with it, and its sequence number. */
  readonly syn: { readonly isAnswer: boolean; readonly sequence: number } | null
}

/** A flow and its packets, which rules group and count as another tool would. */
export interface Flow {
  readonly ends: Ends
  readonly packets: readonly Seen[]
}

export function count({ ends, packets }: Flow): Counted {
  const forward = packets.filter(({ rev }) => !rev), reverse = packets.filter(({ rev }) => rev)
  const sum = (of: readonly Seen[]) => of.reduce((total, { octets }) => total + octets, 0)
  return { ...ends, pkt_fwd: forward.length, pkt_rev: reverse.length, oct_fwd: sum(forward), oct_rev: sum(reverse) }
}

/** The same flow in the other direction. */
export function turned({ ends: { sip, dip, proto, sp, dp }, packets }: Flow): Flow {
  return { ends: { sip: dip, dip: sip, proto, sp: dp, dp: sp }, packets: packets.map((packet) => ({ ...packet, rev: !packet.rev })) }
}

/** Group packets by their own headers, the direction being that of the first; silence of strictly more than `idle` seconds ends a flow. */
export function regrouped(packets: readonly Seen[], idle: number, keyOf: (ends: Ends) => string = bothWays): Flow[] {
  const flows: { ends: Ends; packets: Seen[] }[] = []
  const open = new Map<string, { ends: Ends; packets: Seen[] }>()
  for (const packet of packets.toSorted((a, b) => a.number - b.number)) {
    const key = keyOf(packet.own)
    let flow = open.get(key)
    if (flow === undefined || packet.time - flow.packets.at(-1)!.time > idle) {
      flow = { ends: packet.own, packets: [] }
      open.set(key, flow)
      flows.push(flow)
    }
    flow.packets.push({ ...packet, rev: packet.own.sip !== flow.ends.sip || packet.own.sp !== flow.ends.sp })
  }
  return flows
}

/** One key for both directions. */
export function bothWays({ sip, dip, proto, sp, dp }: Ends): string {
  return [`${sip} ${sp}`, `${dip} ${dp}`].toSorted().join(' ') + ` ${proto}`
}

/** A line to compare by, and to show. */
export function line({ sip, dip, proto, sp, dp, pkt_fwd, pkt_rev, oct_fwd, oct_rev }: Counted): string {
  const octets = oct_fwd === null || oct_rev === null ? '' : `, ${oct_fwd} + ${oct_rev} octets`
  return `${end(sip, sp)} > ${end(dip, dp)} protocol ${proto}: ${pkt_fwd} + ${pkt_rev} packets${octets}`
}

function end(address: string, port: number | null): string {
  return port === null ? address : `[${address}]:${port}`
}

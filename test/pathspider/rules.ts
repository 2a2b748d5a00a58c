/** PATHspider's Observer as of 0.9.0; the same, ending flows at both FINs or a RST; as of 2.1-dev. */
export const FORMS = ['seed', 'seedtcp', 'head'] as const
export type Form = (typeof FORMS)[number]

export const FORM_NAMES: Record<Form, string> = {
  seed: '0.9.0',
  seedtcp: '0.9.0, ending flows at FIN and RST',
  head: '2.1-dev',
}

/** One way in which PATHspider differs from weir. */
export interface Rule {
  readonly name: string
  /** What PATHspider does. */
  readonly theirs: string
  /** What weir does, and why. */
  readonly ours: string
  /** Chains that it shows in; every chain where there are none. */
  readonly chains?: readonly string[]
}

const rules = [
  {
    name: 'captured octets',
    theirs: 'Counts the octets of a packet as they lie in the capture, from the IP header to the end of the frame: less than were sent where the capture cut the packet, more where Ethernet padded it.',
    ours: 'Counts the octets that the IP header says were sent. How much was captured, and what the link layer adds, says nothing about the flow.',
    chains: ['basic', 'tfo'],
  },
  {
    name: 'cut keys',
    theirs: 'Where a packet ends before its ports, the key has as many octets of them as there are. The two directions of a flow then have keys that do not match, and packets of different flows have the same. An ICMP error that ends within the packet it quotes is keyed likewise, or dropped as short.',
    ours: 'Such a packet belongs to no flow that could be named: it is counted as short if the capture cut it, as malformed if it was sent so. An ICMP error whose quote has no ports counts under its own addresses.',
  },
  {
    name: 'lost fragments',
    theirs: 'Drops every IPv4 fragment but the first as short, for protocols with ports.',
    ours: 'All fragments count in the flow of their first, in whatever order they come.',
  },
  {
    name: 'extension headers',
    theirs: 'Takes what the fixed IPv6 header says comes next for the protocol of the key. Packets with and without an extension header are different flows.',
    ours: 'The protocol is the one behind all extension headers, in the key as in the record.',
  },
  {
    name: 'ports of TCP and UDP',
    theirs: 'Writes ports into the record for TCP and UDP only. Keys have those of SCTP too, and in 2.x those of UDP-Lite; of DCCP (and in 0.9 of UDP-Lite) all flows between two hosts are one.',
    ours: 'TCP, UDP, SCTP, DCCP and UDP-Lite have ports in the key and in the record.',
  },
  {
    name: 'symmetric keys',
    theirs: 'Where both ends of a flow are the same, every packet counts as reverse, the first too.',
    ours: 'Nothing tells a direction, so every packet is forward, as the first of every flow is.',
  },
  {
    name: 'ICMP errors',
    theirs: '0.9 counts an ICMP error as a flow of its own. 2.x counts it in the flow that it quotes, but where the error comes first, the record has the addresses of the error and no ports, and the error is forward: it does not make the flow unreachable.',
    ours: 'An error counts in the flow that it quotes, against the direction of the quoted packet. Where it comes first, the record has the addresses and ports of the quoted packet, which was the first of the flow.',
  },
  {
    name: 'timers',
    theirs: '2.x has a clock of whole seconds, rounded up: a completed flow takes late packets for 4 to 5 seconds.',
    ours: 'Strictly more than 5 seconds after it was completed a flow is over, to the nanosecond, whatever other packets come.',
  },
  {
    name: 'late SYN',
    theirs: 'A SYN that comes while a completed flow waits for late packets counts in that flow, though it opens the next connection.',
    ours: 'A SYN that is not the one sent again ends the record, and is the first packet of a new flow.',
  },
  {
    name: 'swapped FIN',
    theirs: 'A FIN in the forward direction sets `tcp_fin_rev`, one in the reverse direction `tcp_fin_fwd`.',
    ours: '`tcp_fin_fwd` is the FIN of the forward direction.',
    chains: ['tcp'],
  },
  {
    name: 'evil ends the flow',
    theirs: 'The chain `evil` completes the flow at the second packet with data in a direction, by a forgotten return value.',
    ours: '`evil` completes nothing.',
    chains: ['evil'],
  },
  {
    name: 'marks of errors',
    theirs: 'The chains `ecn`, `dscp` and `evil` describe an ICMP error as a packet of the flow that it quotes.',
    ours: 'They describe the packets of the flow, and an error is a packet of somebody else about it.',
    chains: ['ecn', 'dscp', 'evil'],
  },
  {
    name: 'framed PPP',
    theirs: 'Takes a PPP packet for non-IP where its frame has the address and control octets.',
    ours: 'PPP is read with and without them.',
  },
  {
    name: 'crash',
    theirs: 'An exception ends the observation, and every flow that was not yet emitted is lost. It comes with link types that libtrace does not know, frames shorter than their Ethernet header, TCP, UDP and ICMP headers that the capture cut, TCP options that end before a length; in 0.9 with two flows that are completed at the same time.',
    ours: 'No packet throws. What cannot be read is counted, and all else observed.',
  },
] as const satisfies readonly Rule[]

export type RuleName = (typeof rules)[number]['name']
export const RULES: readonly (Rule & { readonly name: RuleName })[] = rules

/** What no capture of the corpora shows, so that nothing proves it. */
export const UNSHOWN: readonly Pick<Rule, 'theirs' | 'ours'>[] = [
  { theirs: '0.9 has no idle timeout. In 2.x an idle flow ends after 29 to 31 seconds and takes late packets for 4 more; a gap of more than 5 seconds in the capture can leave flows that never end.', ours: 'Strictly more than 30 seconds after its last packet a flow is over, without a grace.' },
  { theirs: 'Reads later fragments of IPv6 as if they began with ports.', ours: 'They count in the flow of their first, as those of IPv4 do.' },
  { theirs: 'Knows no more than one 802.1Q tag; frames with others are non-IP.', ours: 'Any stack of VLAN tags is read.' },
  { theirs: 'Leaves out the functions behind the first that ends the flow, for that packet.', ours: 'Every hook sees every packet of its kind, so the order of chains changes nothing.' },
  { theirs: 'Has the flags, marks and options of the last SYN of a direction, and the first code point of data that is not zero.', ours: 'Has those of the first, as the documentation of PATHspider says.' },
  { theirs: 'Has the last of TCP options that come twice; takes those that are cut; goes on for ever at one of length 0.', ours: 'Has the first. An option that is not whole, or has a length below 2, ends the list.' },
  { theirs: 'Takes IPv6 extension headers before a TCP segment for payload; up to 2.0.1 also the padding of Ethernet.', ours: 'Payload is what the IP length leaves behind all headers.' },
  { theirs: 'Remembers the flows that a chain does not want until the end.', ours: 'They are forgotten after the idle timeout, as other flows are.' },
]

/** Whether a rule is switched on. */
export type Switches = (rule: RuleName) => boolean

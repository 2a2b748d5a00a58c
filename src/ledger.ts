/** What becomes of a packet: every one has exactly one fate, decided before its hooks run. */
export const Fate = {
  /** It has a flow key. */
  Keyed: 0,
  /** No IPv4 or IPv6 under the link layer, or a link type that is not known. */
  NonIp: 1,
  /** The capture, not the packet, ends before the key. */
  Short: 2,
  /** Complete, but its header fields contradict each other. */
  Malformed: 3,
  /** A fragment whose first fragment has not been seen. */
  OrphanFragment: 4,
} as const
export type Fate = (typeof Fate)[keyof typeof Fate]

/**
 * One counter for every packet's fate. At every moment
 * `packets = in_flows + vetoed + non_ip + short + malformed + orphan_fragments`; at the end `records = flows + active_cuts`.
 */
export class Ledger {
  /** Packets that passed the filter. */
  packets = 0
  /** Packets that were counted in a flow. */
  in_flows = 0
  /** Packets of flows that a chain vetoed. */
  vetoed = 0
  non_ip = 0
  short = 0
  malformed = 0
  orphan_fragments = 0
  /** Packets that did not pass the filter; null where that cannot be known. */
  filtered: number | null = null
  /** Packets lost by the kernel, the ring or the interface; null where that cannot be known. */
  dropped: number | null = null
  /** Flows seen, vetoed ones apart. */
  flows = 0
  flows_vetoed = 0
  /** Records that were cut by the active timeout and whose flow went on. */
  active_cuts = 0
  records = 0
}

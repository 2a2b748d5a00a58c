/**
 * The part of a row that every flow has, in 32-bit words; the fields of the chains follow. What a packet needs stands first, in
 * one cache line.
 *
 *     0        4             8      10     11               12     13    14       16      18
 *     | key    | first  last | seen | hash | state | flags  | syn  | part | number | source | chains ...
 */

/** Source, destination, ports, rest: see `FlowKey`. */
export const KEY = 0
/** Least and greatest stamp: seconds, then nanoseconds. */
export const FIRST = 4, LAST = 6
/** The clock when a packet of the flow last came; in an expiring flow, when it was completed. Seconds, then nanoseconds. */
export const SEEN = 8
export const HASH = 10
/** Four octets: state, flags, end reason (of the copy in a batch), none. */
export const STATUS = 11
/** Sequence number of the flow's first SYN without ACK. */
export const SYN_SEQUENCE = 12
export const PART = 13
/** Number of the flow's first packet: a double. */
export const NUMBER = 14
/** Index of the source the flow's first packet came from. */
export const SOURCE = 16
export const CORE_WORDS = 18
/** With keys that leave something out, the first packet's own four words follow. */
export const DESCRIBED = CORE_WORDS, DESCRIBED_WORDS = 4

export const State = { Free: 0, Active: 1, Expiring: 2, Vetoed: 3 } as const

export const FLAG_PORTS = 1, FLAG_SYN = 2

/** Where octets of the status word lie, from the row's first octet. */
export const STATE_OCTET = STATUS * 4, FLAGS_OCTET = STATUS * 4 + 1, REASON_OCTET = STATUS * 4 + 2

/** How the records of a pcap capture are read. */
export interface PcapFormat {
  readonly littleEndian: boolean
  /** Units of the time stamp's second half in a second, and nanoseconds in a unit. */
  readonly perSecond: number
  readonly nanoseconds: number
  /** Octets of a frame at most. @unit octets */
  readonly longest: number
  /** @unit octets */
  readonly recordHeader: number
  /** Where in that the lengths are: of what was captured, and of what was on the wire. */
  readonly capturedAt: number
  readonly wireAt: number
  /** Of all packets, as in tcpdump.org's registry. */
  readonly linkType: number
}

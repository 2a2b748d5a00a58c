/** A time is 32 bits. @unit seconds */
const LATEST_SECOND = 0xffffffff

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

/** Seconds of a stamp whose fraction is a second or more: some writers add to the fraction alone. @returns -1 where that is no time */
export function carriedSeconds(seconds: number, fraction: number, { perSecond }: PcapFormat): number {
  const carried = seconds + Math.floor(fraction / perSecond)
  return carried <= LATEST_SECOND ? carried : -1
}

import type { InterfaceNumbers } from '../interface-numbers.ts'

/** What every way to capture is told. */
export interface LiveOptions {
  /** Octets of a frame that are captured. @unit octets @range 1-262144 */
  readonly snaplen: number
  /** True: also frames that are for others. */
  readonly promiscuous: boolean
  /** What the kernel is to let through, in the language of pcap-filter(7); null: everything. */
  readonly filter: string | null
  /** Where the interface takes its number from. */
  readonly interfaces: InterfaceNumbers
}

/** What libpcap and tcpdump take for the longest frame. @unit octets */
export const LONGEST_SNAPLEN = 262_144

import type { FieldRecord } from './said.ts'
import { sum } from './series.ts'

/** How ipfixprobe takes lengths: of what is behind the IP header and that of UDP; a message of ICMP is all payload. */
const ICMP_HEADER = 8, ICMP = 1, ICMPV6 = 58

/** Octets in front of it, which are the same in all packets of a flow without TCP: lengths of packets less lengths of payloads. */
export function headerOctets(record: FieldRecord): number {
  const side = packetsOf(record, 'fwd') > 0 ? 'fwd' : 'rev'
  const isIcmp = record['proto'] === ICMP || record['proto'] === ICMPV6
  const payload = (record[`pay_oct_${side}`] as number) / packetsOf(record, side)
  return Math.round((record[`size_mean_${side}`] as number) - payload) - (isIcmp ? ICMP_HEADER : 0)
}

/** Packets whose lengths were taken: errors are not among them. */
export function packetsOf(record: FieldRecord, side: 'fwd' | 'rev'): number {
  return sum(record[`size_hist_${side}`] as readonly number[])
}

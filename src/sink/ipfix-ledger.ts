import type { Ledger } from '../ledger.ts'
import type { Specifier } from './ipfix-fields.ts'
import type { Template, Templates } from './ipfix-template.ts'

/** What the counters are about. @source IANA: observationDomainId */
const SCOPE: Specifier = { number: 149, pen: 0, octets: 4 }

/**
 * The ledger as a record of options: totals since the observation began, of IP packets. A packet is in the counters of a flow, or ignored,
 * or of a flow that was not sent. A counter that is not known is not there.
 * @param exported flow records that were sent so far
 * @source IANA, "IPFIX Information Elements"; RFC 7011, sections 4.2 and 4.3
 */
export function ledgerRecord({ packets, non_ip, short, malformed, orphan_fragments, vetoed, flows, flows_vetoed, dropped }: Ledger, exported: number, domain: number, templates: Templates): { template: Template; octets: Uint8Array } {
  const counters: [number: number, value: number | null][] = [
    [42, exported], // exportedFlowRecordTotalCount
    [86, packets - non_ip], // packetTotalCount
    [135, dropped], // droppedPacketTotalCount
    [163, flows + flows_vetoed], // observedFlowTotalCount
    [164, short + malformed + orphan_fragments], // ignoredPacketTotalCount
    [166, flows_vetoed], // notSentFlowTotalCount
    [167, vetoed], // notSentPacketTotalCount
  ]
  const known = counters.filter((counter): counter is [number, number] => counter[1] !== null)
  const octets = new Uint8Array(SCOPE.octets + known.length * 8)
  const view = new DataView(octets.buffer)
  view.setUint32(0, domain)
  known.forEach(([, value], k) => view.setBigUint64(SCOPE.octets + k * 8, BigInt(value)))
  return { template: templates.of([SCOPE, ...known.map(([number]): Specifier => ({ number, pen: 0, octets: 8 }))], 1), octets }
}

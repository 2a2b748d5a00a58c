import { defineChain } from '../chain/define.ts'
import { address, bool, nullable, u32, u8 } from '../chain/field.ts'
import { COMPLETE } from '../chain/types.ts'

const UNREACHABLE_ICMP = 3, FRAGMENTATION_NEEDED = 4
const UNREACHABLE_ICMPV6 = 1, TOO_BIG_ICMPV6 = 2

/** PATHspider's icmp chain, and what the first error says. */
export const icmp = defineChain({
  name: 'icmp',
  doc: 'ICMP errors about the flow; completes it when its destination is unreachable.',
  fields: {
    icmp_unreachable: bool({ doc: 'An ICMP error against the flow says that its destination is unreachable' }),
    icmp_error_type: nullable(u8({ doc: 'Type of the first ICMP error about the flow', rfc: 'RFC 792; RFC 4443' })),
    icmp_error_code: nullable(u8({ doc: 'Code of that error', rfc: 'RFC 792; RFC 4443' })),
    icmp_error_sender: address({ doc: 'Who sent that error' }),
    icmp_mtu: nullable(u32({ doc: 'MTU in the first error that says a packet was too big', unit: 'octets', rfc: 'RFC 1191; RFC 4443' })),
  },
  icmp4(flow, icmp, rev) {
    const { quote } = icmp
    if (quote === null) return
    const { type, code } = icmp
    if (flow.icmp_error_type === null) {
      flow.icmp_error_type = type
      flow.icmp_error_code = code
      flow.icmp_error_sender = icmp.ip.sourceAddress
    }
    if (type !== UNREACHABLE_ICMP) return
    if (code === FRAGMENTATION_NEEDED) flow.icmp_mtu ??= icmp.nextHopMtu
    if (!rev) return
    flow.icmp_unreachable = true
    return COMPLETE
  },
  icmp6(flow, icmp, rev) {
    if (icmp.quote === null) return
    const { type } = icmp
    if (flow.icmp_error_type === null) {
      flow.icmp_error_type = type
      flow.icmp_error_code = icmp.code
      flow.icmp_error_sender = icmp.ip.sourceAddress
    }
    if (type === TOO_BIG_ICMPV6) flow.icmp_mtu ??= icmp.mtu
    if (type !== UNREACHABLE_ICMPV6 || !rev) return
    flow.icmp_unreachable = true
    return COMPLETE
  },
})

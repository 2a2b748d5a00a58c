import { defineChain } from '../chain/define.ts'
import { bool } from '../chain/field.ts'
import { isSyn } from './mark.ts'

const ECT1 = 1, ECT0 = 2, CE = 3

/** PATHspider's ecn chain. */
export const ecn = defineChain({
  name: 'ecn',
  doc: 'ECN code points that packets of each direction came with; those of a SYN apart.',
  directional: {
    ecn_ect0_syn: bool({ doc: 'A TCP SYN came with ECT(0)', rfc: 'RFC 3168' }),
    ecn_ect1_syn: bool({ doc: 'A TCP SYN came with ECT(1)', rfc: 'RFC 3168; RFC 9331' }),
    ecn_ce_syn: bool({ doc: 'A TCP SYN came with congestion experienced', rfc: 'RFC 3168' }),
    ecn_ect0_data: bool({ doc: 'Any other packet came with ECT(0)', rfc: 'RFC 3168' }),
    ecn_ect1_data: bool({ doc: 'Any other packet came with ECT(1)', rfc: 'RFC 3168; RFC 9331' }),
    ecn_ce_data: bool({ doc: 'Any other packet came with congestion experienced', rfc: 'RFC 3168' }),
  },
  ip(flow, ip, _rev, packet) {
    const mark = ip.ecn
    if (mark === 0 || ip.isError) return
    const { side } = flow
    if (isSyn(ip, packet)) {
      if (mark === ECT0) side.ecn_ect0_syn = true
      else if (mark === ECT1) side.ecn_ect1_syn = true
      else if (mark === CE) side.ecn_ce_syn = true
    } else if (mark === ECT0) side.ecn_ect0_data = true
    else if (mark === ECT1) side.ecn_ect1_data = true
    else if (mark === CE) side.ecn_ce_data = true
  },
})

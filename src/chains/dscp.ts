import { defineChain } from '../chain/define.ts'
import { nullable, u8 } from '../chain/field.ts'
import { isBare, isSyn } from './mark.ts'

/** PATHspider's dscp chain. */
export const dscp = defineChain({
  name: 'dscp',
  doc: 'Differentiated services code points of each direction: that of the SYN, and that of data.',
  directional: {
    dscp_mark_syn: nullable(u8({ doc: 'Code point of the first TCP SYN', rfc: 'RFC 2474' })),
    dscp_mark_data: nullable(u8({ doc: 'Code point of the first packet that is no SYN, nor a TCP segment without payload', ie: 'ipDiffServCodePoint', rfc: 'RFC 2474' })),
  },
  ip(flow, ip, _rev, packet) {
    const { side } = flow
    if (isSyn(ip, packet)) {
      if (side.dscp_mark_syn === null) side.dscp_mark_syn = ip.dscp
    } else if (side.dscp_mark_data === null && !ip.isError && !isBare(ip, packet)) side.dscp_mark_data = ip.dscp
  },
})

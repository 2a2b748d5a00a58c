import { defineChain } from '../chain/define.ts'
import { bool, nullable } from '../chain/field.ts'
import { isBare, isSyn } from './mark.ts'

/** PATHspider's evil chain. */
export const evil = defineChain({
  name: 'evil',
  doc: 'The reserved flag of the IPv4 header in each direction: that of the SYN, and that of data.',
  directional: {
    evilbit_syn: nullable(bool({ doc: 'Reserved flag of the first TCP SYN; null in IPv6, which has none', rfc: 'RFC 3514' })),
    evilbit_data: nullable(bool({ doc: 'Reserved flag of the first packet that is no SYN, nor a TCP segment without payload', rfc: 'RFC 3514' })),
  },
  ip4(flow, ip, _rev, packet) {
    const { side } = flow
    if (isSyn(ip, packet)) {
      if (side.evilbit_syn === null) side.evilbit_syn = ip.reservedFlag
    } else if (side.evilbit_data === null && !ip.isError && !isBare(ip, packet)) side.evilbit_data = ip.reservedFlag
  },
})

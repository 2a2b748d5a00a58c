import { defineChain } from '../chain/define.ts'
import { bool, nullable } from '../chain/field.ts'

/** PATHspider's udp chain. */
export const udp = defineChain({
  name: 'udp',
  doc: 'UDP without checksums.',
  directional: {
    udp_zero_checksum: nullable(bool({ doc: 'The last datagram had no checksum', rfc: 'RFC 768; RFC 6935' })),
  },
  udp(flow, udp) {
    flow.side.udp_zero_checksum = udp.checksum === 0
  },
})

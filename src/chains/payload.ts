import { defineChain } from '../chain/define.ts'
import { u64 } from '../chain/field.ts'

/** What was carried. */
export const payload = defineChain({
  name: 'payload',
  doc: 'What packets of each direction carried behind their transport header, as it was sent; padding of the link layer is none.',
  directional: {
    pay_oct: u64({ doc: 'Octets of payload', unit: 'octets', ie: 'transportOctetDeltaCount' }),
    pay_pkt: u64({ doc: 'Packets with payload', unit: 'packets' }),
  },
  ip(flow, ip, _rev, packet) {
    if (ip.isError) return
    const length = packet.payloadLength
    if (length === 0) return
    const { side } = flow
    side.pay_oct += length
    side.pay_pkt += 1
  },
})

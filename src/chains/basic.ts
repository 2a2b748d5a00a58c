import { defineChain } from '../chain/define.ts'
import { ofFlow, u64 } from '../chain/field.ts'

/** PATHspider's basic chain: who talked to whom, and how much. */
export const basic = defineChain({
  name: 'basic',
  doc: 'Addresses, protocol and ports of the flow; packets and octets of each direction.',
  fields: {
    sip: ofFlow('sourceAddress', { doc: 'Address of the end that sent the first packet', ie: 'sourceIPAddress' }),
    dip: ofFlow('destinationAddress', { doc: 'Address of the other end', ie: 'destinationIPAddress' }),
    proto: ofFlow('protocol', { doc: 'Protocol above IP and its extension headers', ie: 'protocolIdentifier' }),
    sp: ofFlow('sourcePort', { doc: 'Port of the end that sent the first packet; null for protocols without ports', ie: 'sourceTransportPort' }),
    dp: ofFlow('destinationPort', { doc: 'Port of the other end; null for protocols without ports', ie: 'destinationTransportPort' }),
  },
  directional: {
    pkt: u64({ doc: 'Packets', unit: 'packets', ie: 'packetDeltaCount' }),
    oct: u64({ doc: 'Octets of the IP packets as sent, headers included', unit: 'octets', ie: 'octetDeltaCount' }),
  },
  ip(flow, ip) {
    const { side } = flow
    side.pkt += 1
    side.oct += ip.totalLength
  },
})

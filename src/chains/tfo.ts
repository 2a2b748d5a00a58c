import { defineChain } from '../chain/define.ts'
import { u32, u8 } from '../chain/field.ts'

/** PATHspider's tfo chain. */
export const tfo = defineChain({
  name: 'tfo',
  doc: 'TCP Fast Open: the first SYN with the option, whichever way it went, and what the SYN+ACK says to it.',
  fields: {
    tfo_synkind: u8({ doc: "Kind of the SYN's Fast Open option: 34, or 253 to 255 for the experiment before it; 0: none", rfc: 'RFC 7413; RFC 6994' }),
    tfo_ackkind: u8({ doc: "Kind of the SYN+ACK's Fast Open option; 0: none", rfc: 'RFC 7413' }),
    tfo_synclen: u8({ doc: "Length of the SYN's cookie; 0 asks for one", unit: 'octets', rfc: 'RFC 7413' }),
    tfo_ackclen: u8({ doc: "Length of the SYN+ACK's cookie", unit: 'octets', rfc: 'RFC 7413' }),
    tfo_seq: u32({ doc: 'Sequence number of the SYN' }),
    tfo_dlen: u32({ doc: 'Data in the SYN', unit: 'octets' }),
    tfo_ack: u32({ doc: 'Acknowledgment number of the SYN+ACK: tfo_seq + 1 where no data was accepted, tfo_seq + 1 + tfo_dlen where all was' }),
  },
  tcp(flow, tcp, _rev, packet) {
    if (!tcp.syn) return
    const { options } = tcp
    if (!tcp.ack) {
      if (options.fastOpenKind === 0 || flow.tfo_synkind !== 0) return
      flow.tfo_synkind = options.fastOpenKind
      flow.tfo_synclen = options.fastOpenLength
      flow.tfo_seq = tcp.sequenceNumber
      flow.tfo_dlen = packet.payloadLength
    } else if (flow.tfo_synkind !== 0) {
      if (flow.tfo_ack === 0) flow.tfo_ack = tcp.acknowledgmentNumber
      if (options.fastOpenKind === 0 || flow.tfo_ackkind !== 0) return
      flow.tfo_ackkind = options.fastOpenKind
      flow.tfo_ackclen = options.fastOpenLength
    }
  },
})

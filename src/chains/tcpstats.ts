import { defineChain } from '../chain/define.ts'
import { bool, nullable, oneOf, state, u16, u32, u64, u8 } from '../chain/field.ts'
import { tcp } from './tcp.ts'
import { connectionState, endpointAfter, peerAfter, TCP_STATES } from './tcp-state.ts'

const FIN = 0x01, SYN = 0x02, RST = 0x04, PSH = 0x08, ACK = 0x10, URG = 0x20, ECE = 0x40, CWR = 0x80
const SYN_ACK = SYN | ACK
const SACK_PERMITTED = 4, TIMESTAMPS = 8
/** A window is less: what goes further is no next segment. @source RFC 7323 section 2.3 */
const WINDOW_MAX = 2 ** 30

/** What else there is to know of a TCP connection. It is not in `tcp` because it doubles the memory that a packet touches. */
export const tcpstats = defineChain({
  name: 'tcpstats',
  doc: 'Flags, options and octets of each side of a TCP connection, and what became of it.',
  requires: [tcp],
  fields: {
    tcp_state: nullable(oneOf(TCP_STATES, {
      doc: "What became of the connection, as Zeek's conn_state has it: S0 SYN without an answer, S1 established and not ended, SF ended by both, REJ refused, S2 and S3 ended by one side only, RSTO and RSTR reset by the client or the server, RSTOS0 reset after the SYN, RSTRH SYN+ACK and reset, SH and SHR half of a connection, OTH none of these",
    })),
    tcp_answered_first: state(bool({ doc: 'The first packet was a SYN+ACK: its sender is the server' })),
    tcp_begun: state(bool({ doc: 'A segment was seen' })),
  },
  directional: {
    tcp_pkt_syn: u64({ doc: 'Segments with SYN', unit: 'packets', ie: 'tcpSynTotalCount', rfc: 'RFC 9293' }),
    tcp_pkt_fin: u64({ doc: 'Segments with FIN', unit: 'packets', ie: 'tcpFinTotalCount', rfc: 'RFC 9293' }),
    tcp_pkt_rst: u64({ doc: 'Segments with RST', unit: 'packets', ie: 'tcpRstTotalCount', rfc: 'RFC 9293' }),
    tcp_pkt_psh: u64({ doc: 'Segments with PSH', unit: 'packets', ie: 'tcpPshTotalCount', rfc: 'RFC 9293' }),
    tcp_pkt_ack: u64({ doc: 'Segments with ACK', unit: 'packets', ie: 'tcpAckTotalCount', rfc: 'RFC 9293' }),
    tcp_pkt_urg: u64({ doc: 'Segments with URG', unit: 'packets', ie: 'tcpUrgTotalCount', rfc: 'RFC 9293' }),
    tcp_pkt_ece: u64({ doc: 'Segments with ECE', unit: 'packets', rfc: 'RFC 3168' }),
    tcp_pkt_cwr: u64({ doc: 'Segments with CWR', unit: 'packets', rfc: 'RFC 3168' }),
    tcp_flags: u16({ doc: 'Every flag that was set in a segment, twelve bits', ie: 'tcpControlBits', rfc: 'RFC 9565' }),
    tcp_window: nullable(u16({ doc: 'Window in the first SYN, which is never scaled', unit: 'octets', ie: 'tcpWindowSize', rfc: 'RFC 9293' })),
    tcp_window_scale: nullable(u8({ doc: 'Shift count of the window in the first SYN; null where it has none', ie: 'tcpWindowScale', rfc: 'RFC 7323' })),
    tcp_sack_permitted: nullable(bool({ doc: 'The first SYN permits selective acknowledgments', rfc: 'RFC 2018' })),
    tcp_timestamps: nullable(bool({ doc: 'The first SYN has timestamps', rfc: 'RFC 7323' })),
    tcp_mptcp: nullable(bool({ doc: 'The first SYN says that its sender is capable of multipath TCP', rfc: 'RFC 8684' })),
    tcp_octets: u64({ doc: 'Octets of the stream by sequence numbers: nothing counts twice, and what the capture missed counts', unit: 'octets', rfc: 'RFC 9293' }),
    tcp_next: state(nullable(u32({ doc: 'Greatest sequence number so far, and one' }))),
    tcp_endpoint: state(u8({ doc: 'State of this end' })),
  },
  tcp(flow, tcp, rev, packet) {
    const { flags } = tcp
    const { side } = flow
    side.tcp_flags |= flags
    if ((flags & ACK) !== 0) side.tcp_pkt_ack += 1
    if ((flags & PSH) !== 0) side.tcp_pkt_psh += 1
    if ((flags & (SYN | FIN | RST | URG | ECE | CWR)) !== 0) {
      if ((flags & FIN) !== 0) side.tcp_pkt_fin += 1
      if ((flags & RST) !== 0) side.tcp_pkt_rst += 1
      if ((flags & URG) !== 0) side.tcp_pkt_urg += 1
      if ((flags & ECE) !== 0) side.tcp_pkt_ece += 1
      if ((flags & CWR) !== 0) side.tcp_pkt_cwr += 1
      if ((flags & SYN) !== 0) {
        if (side.tcp_pkt_syn === 0) {
          const { options } = tcp
          side.tcp_window = tcp.window
          if (options.windowScale >= 0) side.tcp_window_scale = options.windowScale
          side.tcp_sack_permitted = options.has(SACK_PERMITTED)
          side.tcp_timestamps = options.has(TIMESTAMPS)
          side.tcp_mptcp = options.multipathSubtype === 0
        }
        side.tcp_pkt_syn += 1
      }
    }

    const length = packet.payloadLength
    // the sequence number of a RST may be anything
    if ((flags & RST) === 0) {
      // SYN and FIN take a sequence number, and are no octets
      const start = (tcp.sequenceNumber + ((flags & SYN) !== 0 ? 1 : 0)) >>> 0
      const fin = (flags & FIN) !== 0 ? 1 : 0
      const next = side.tcp_next
      const ahead = next === null ? 0 : (start - next) | 0
      if (next === null || ahead >= WINDOW_MAX || ahead <= -WINDOW_MAX) {
        // the first segment, or one of another connection
        if (next === null || (flags & SYN) !== 0) {
          side.tcp_next = (start + length + fin) >>> 0
          side.tcp_octets += length
        }
      } else if (ahead + length + fin > 0) {
        side.tcp_next = (next + ahead + length + fin) >>> 0
        side.tcp_octets += ahead + length
      }
    }

    if (!flow.tcp_begun) {
      flow.tcp_begun = true
      flow.tcp_answered_first = (flags & SYN_ACK) === SYN_ACK
    }
    const isClient = rev === flow.tcp_answered_first
    const peer = rev ? flow.fwd : flow.rev
    const mine = side.tcp_endpoint, theirs = peer.tcp_endpoint
    side.tcp_endpoint = endpointAfter(mine, theirs, flags, isClient, length)
    peer.tcp_endpoint = peerAfter(mine, theirs, flags, isClient)
  },
  end(flow) {
    if (!flow.tcp_begun) return
    const { fwd, rev } = flow
    const isEmpty = fwd.tcp_octets === 0 && rev.tcp_octets === 0
    flow.tcp_state = flow.tcp_answered_first ? connectionState(rev.tcp_endpoint, fwd.tcp_endpoint, isEmpty) : connectionState(fwd.tcp_endpoint, rev.tcp_endpoint, isEmpty)
  },
})

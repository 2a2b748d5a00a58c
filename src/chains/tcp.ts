import { defineChain } from '../chain/define.ts'
import { bool, nullable, u16 } from '../chain/field.ts'
import { COMPLETE, type Verdict } from '../chain/types.ts'

const FIN = 0x01, SYN = 0x02, RST = 0x04, ACK = 0x10

/** PATHspider's tcp chain: flags of the handshake, and the end of the connection. */
export const tcp = defineChain({
  name: 'tcp',
  doc: 'Flags of the handshake, FIN and RST of each direction; completes the flow at both FINs or a RST.',
  fields: {
    tcp_connected: bool({ doc: 'The three-way handshake was seen' }),
  },
  directional: {
    tcp_synflags: nullable(u16({ doc: 'The twelve flag bits of the first SYN', rfc: 'RFC 9293' })),
    tcp_fin: bool({ doc: 'A FIN travelled in this direction' }),
    tcp_rst: bool({ doc: 'A RST travelled in this direction' }),
  },
  tcp(flow, tcp, rev) {
    const { flags } = tcp
    const { side } = flow
    if ((flags & SYN) !== 0 && side.tcp_synflags === null) side.tcp_synflags = flags
    // the third segment: forward, acknowledging a SYN+ACK
    if (!flow.tcp_connected && !rev && (flags & ACK) !== 0 && flow.tcp_synflags_fwd !== null) {
      const answer = flow.tcp_synflags_rev
      if (answer !== null && (answer & ACK) !== 0) flow.tcp_connected = true
    }
    return (flags & (FIN | RST)) === 0 ? undefined : ended(flow, flags)
  },
})

interface Ending {
  readonly side: { tcp_fin: boolean; tcp_rst: boolean }
  readonly tcp_fin_fwd: boolean
  readonly tcp_fin_rev: boolean
}

/** A function of its own: it is for a few packets, and the hook is small without it. */
function ended(flow: Ending, flags: number): Verdict {
  const { side } = flow
  if ((flags & FIN) !== 0) side.tcp_fin = true
  if ((flags & RST) !== 0) side.tcp_rst = true
  return (flags & RST) !== 0 || (flow.tcp_fin_fwd && flow.tcp_fin_rev) ? COMPLETE : undefined
}

import { defineChain } from '../chain/define.ts'
import { bool, nullable } from '../chain/field.ts'

const WINDOW_SCALE = 3, SACK_PERMITTED = 4, TIMESTAMPS = 8

/** PATHspider's tcpopt chain. */
export const tcpopt = defineChain({
  name: 'tcpopt',
  doc: 'TCP options that a SYN of the reverse direction came with: what the server can.',
  fields: {
    tcpopt_ts: nullable(bool({ doc: 'It had timestamps; null where that was not seen', rfc: 'RFC 7323' })),
    tcpopt_ws: nullable(bool({ doc: 'It had a window scale; null where that was not seen', rfc: 'RFC 7323' })),
    tcpopt_sack: nullable(bool({ doc: 'It permitted SACK; null where that was not seen', rfc: 'RFC 2018' })),
  },
  tcp(flow, tcp, rev) {
    if (!rev || !tcp.syn) return
    const { options } = tcp
    if (options.has(TIMESTAMPS)) flow.tcpopt_ts = true
    if (options.has(WINDOW_SCALE)) flow.tcpopt_ws = true
    if (options.has(SACK_PERMITTED)) flow.tcpopt_sack = true
  },
})

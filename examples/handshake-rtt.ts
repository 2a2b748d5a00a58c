/** How long the other end took to answer a SYN: a chain that keeps state of its own and reads another chain's fields. */
import { basic, defineChain, f64, nullable, observe, state, tcp, u32 } from 'flowweir'

const handshake = defineChain({
  name: 'handshake',
  doc: 'Time of the TCP handshake.',
  requires: [tcp],
  fields: {
    syn_rtt: nullable(f64({ doc: 'From the first SYN to its SYN+ACK; null where a SYN was sent again', unit: 'seconds' })),
    syns: state(u32({ doc: 'SYNs so far' })),
    syn_seconds: state(u32({ doc: 'Time of the first SYN' })),
    syn_nanoseconds: state(u32({ doc: 'Time of the first SYN: the rest' })),
  },
  tcp(flow, tcp, rev, packet) {
    if (!tcp.syn) return
    if (!rev && !tcp.ack) {
      flow.syns += 1
      if (flow.syns > 1) return
      flow.syn_seconds = packet.seconds
      flow.syn_nanoseconds = packet.nanoseconds
    } else if (rev && tcp.ack && flow.syns === 1 && Number.isNaN(flow.syn_rtt)) {
      flow.syn_rtt = packet.seconds - flow.syn_seconds + (packet.nanoseconds - flow.syn_nanoseconds) / 1e9
    }
  },
  end(flow) {
    // of handshakes that were completed only: tcp_connected is the tcp chain's
    if (!flow.tcp_connected) flow.syn_rtt = NaN
  },
})

for await (const flow of observe(process.argv[2], { chains: [basic, handshake] })) {
  if (flow.syn_rtt !== null) console.log(`${flow.dip} port ${flow.dp}: ${(flow.syn_rtt * 1e6).toFixed(0)} microseconds`)
}

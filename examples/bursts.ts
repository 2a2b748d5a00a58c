/** In how many bursts each side sends: a chain with an option, state of its own, and a field that is made when the flow ends. */
import { basic, defineChain, f64, nullable, observe, state, u32 } from 'flowweir'

export function bursts({ gap = 1 } = {}) {
  return defineChain({
    name: 'bursts',
    doc: `Bursts: packets of a direction that come within ${gap} s of one another.`,
    requires: [basic],
    directional: {
      bursts: u32({ doc: 'Bursts' }),
      burst_pkt: nullable(f64({ doc: 'Mean number of packets in a burst', unit: 'packets' })),
      burst_seconds: state(u32({ doc: 'Time of the packet before' })),
      burst_nanoseconds: state(u32({ doc: 'The rest of it' })),
    },
    ip(flow, ip, _rev, packet) {
      if (ip.isError) return
      const { side } = flow
      const apart = packet.seconds - side.burst_seconds + (packet.nanoseconds - side.burst_nanoseconds) / 1e9
      if (side.bursts === 0 || apart > gap) side.bursts += 1
      side.burst_seconds = packet.seconds
      side.burst_nanoseconds = packet.nanoseconds
    },
    end({ fwd, rev }) {
      // pkt is a field of basic: it can be read, not written
      if (fwd.bursts > 0) fwd.burst_pkt = fwd.pkt / fwd.bursts
      if (rev.bursts > 0) rev.burst_pkt = rev.pkt / rev.bursts
    },
  })
}

if (process.argv[2]?.includes('.pcap')) {
  for await (const flow of observe(process.argv[2], { chains: [basic, bursts({ gap: 0.01 })] })) {
    console.log(`${flow.sip} sent ${flow.bursts_fwd} bursts of ${flow.burst_pkt_fwd} packets`)
  }
}

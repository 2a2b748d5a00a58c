/** A chain of PATHspider, ported: docs/from-pathspider.md has the original. */
import { basic, COMPLETE, defineChain, IGNORE, observe, u64 } from 'flowweir'

const UDP = 17

const exchange = defineChain({
  name: 'exchange',
  doc: 'Datagrams of each direction; completes the flow when all are answered.',
  directional: {
    datagrams: u64({ doc: 'UDP datagrams', unit: 'packets' }),
  },
  newFlow(_flow, ip) {
    if (ip.protocol !== UDP) return IGNORE
  },
  udp(flow) {
    flow.side.datagrams += 1
    if (flow.datagrams_rev >= flow.datagrams_fwd) return COMPLETE
  },
})

for await (const flow of observe(process.argv[2], { chains: [basic, exchange] })) {
  console.log(`${flow.sip} asked ${flow.dip}: ${flow.datagrams_fwd} out, ${flow.datagrams_rev} back, ${flow.end_reason}`)
}

import { basic, defineChain, nullable, observe, u64, u8 } from 'flowweir'

const payload = defineChain({
  name: 'payload',
  doc: 'What each side sent, and the TTL it came with.',
  directional: {
    pay: u64({ doc: 'Octets above the transport header', unit: 'octets' }),
    ttl: nullable(u8({ doc: 'Time to live of the first packet' })),
  },
  ip(flow, ip, _rev, packet) {
    if (ip.isError) return
    flow.side.pay += packet.payloadLength
    flow.side.ttl ??= ip.timeToLive
  },
})

for await (const flow of observe(process.argv[2], { chains: [basic, payload] })) {
  console.log(`${flow.sip} sent ${flow.pay_fwd} octets to ${flow.dip}, and got ${flow.pay_rev} with a TTL of ${flow.ttl_rev}`)
}

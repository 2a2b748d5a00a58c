/** Which systems open connections, by what their SYNs look like: TTL, window, and the kinds of their TCP options. */
import { defineChain, IGNORE, observe, text } from 'flowweir'

const TCP = 6

const fingerprint = defineChain({
  name: 'fingerprint',
  doc: 'What the first SYN of the flow looks like.',
  fields: {
    syn_fingerprint: text({ max: 120, doc: 'TTL rounded up to a power of two, window, segment size, window scale, kinds of options' }),
  },
  newFlow(_flow, ip) {
    if (ip.protocol !== TCP) return IGNORE
  },
  tcp(flow, tcp, rev, packet) {
    if (rev || !tcp.syn || tcp.ack || flow.syn_fingerprint !== null) return
    const { options } = tcp
    const kinds: number[] = []
    for (let kind = 2; kind < 256; kind++) if (options.has(kind)) kinds.push(kind)
    const live = packet.bytes[packet.ipOffset + (flow.key.ipVersion === 4 ? 8 : 7)]
    flow.syn_fingerprint = [2 ** Math.ceil(Math.log2(live)), tcp.window, options.maximumSegmentSize, options.windowScale, kinds.join('-')].join(':')
  },
})

const seen = new Map<string, number>()
for await (const { syn_fingerprint } of observe(process.argv[2], { chains: [fingerprint] })) {
  if (syn_fingerprint !== null) seen.set(syn_fingerprint, (seen.get(syn_fingerprint) ?? 0) + 1)
}
for (const [fingerprint, flows] of [...seen].sort(([, a], [, b]) => b - a)) console.log(`${flows} flows: ${fingerprint}`)

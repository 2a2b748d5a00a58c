/** Who sent most: records as plain objects, added up by address. */
import { basic, observe } from 'flowweir'

const sent = new Map<string, number>()
const add = (address: string, octets: number) => sent.set(address, (sent.get(address) ?? 0) + octets)

const observer = observe(process.argv[2], { chains: [basic] })
for await (const flow of observer) {
  add(flow.sip, flow.oct_fwd)
  add(flow.dip, flow.oct_rev)
}

const top = [...sent].sort(([, a], [, b]) => b - a).slice(0, 10)
for (const [address, octets] of top) console.log(`${String(octets).padStart(12)}  ${address}`)

const { packets, in_flows, records } = observer.ledger
console.log(`${packets} packets, ${in_flows} of them in ${records} flows`)

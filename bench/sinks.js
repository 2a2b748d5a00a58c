/**
 * Records a second of each format, to a target that throws them away, and of JSON.stringify on the same records as objects that are
 * there already: node bench/sinks.js [CHAINS...]. Contestants run in turn, batch by batch; the figure is the median of batches.
 */
import { chainsByName, csv, ipfix, MemorySource, ndjson, observe } from '../dist/index.js'
import { ACK, ethernet, ipv4, ipv6, SYN, tcp, udp } from 'flowweir/testing'

const FLOWS = 40_960
const ROUNDS = 4

/** Half of them IPv6, half TCP; each of three packets. */
function* frames() {
  for (let i = 0; i < FLOWS; i++) {
    const ports = { sourcePort: 1024 + (i % 50_000), destinationPort: i % 3 === 0 ? 443 : 53 }
    const back = { sourcePort: ports.destinationPort, destinationPort: ports.sourcePort }
    const isTcp = i % 2 === 0
    for (let k = 0; k < 3; k++) {
      const [from, to] = k === 1 ? [back, 'b'] : [ports, 'a']
      const payload = isTcp ? tcp({ ...from, flags: k === 0 ? SYN : k === 1 ? SYN | ACK : ACK, sequenceNumber: i }) : udp(from, new Uint8Array(20 + (i % 400)))
      const six = { source: `2001:db8::${(i & 0xffff).toString(16)}`, destination: '2001:db8:1::7' }, four = { source: `10.${(i >> 8) & 255}.${i & 255}.1`, destination: '198.51.100.7' }
      const turned = ({ source, destination }) => (to === 'b' ? { source: destination, destination: source } : { source, destination })
      yield { bytes: ethernet({}, (i >> 1) % 2 === 0 ? ipv4(turned(four), payload) : ipv6(turned(six), payload)), seconds: 1_700_000_000 + Math.floor(i / 500), nanoseconds: (i * 7919 * (k + 1)) % 1e9 }
    }
  }
}

const nowhere = { write() {}, async close() {} }
const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1]

async function measure(names) {
  const options = { chains: chainsByName(names) }
  const source = [...frames()]
  const objects = []
  for await (const record of observe(new MemorySource(source), options)) objects.push(record)
  const sinks = { ndjson: ndjson(nowhere), csv: csv(nowhere), ipfix: ipfix(nowhere) }
  const rates = { 'JSON.stringify': [], ...Object.fromEntries(Object.keys(sinks).map((name) => [name, []])) }
  const encoder = new TextEncoder()
  const stringify = (records) => encoder.encode(`${records.map((record) => JSON.stringify(record)).join('\n')}\n`)
  let at = 0
  await observe(new MemorySource(source), options).writeTo({
    async open(schema) { for (const sink of Object.values(sinks)) await sink.open(schema) },
    async write(batch) {
      const records = objects.slice(at, (at += batch.length))
      for (let round = 0; round < ROUNDS; round++) {
        const time = async (name, does) => {
          const started = performance.now()
          await does()
          // what comes before that is warming up
          if (at > FLOWS / 4) rates[name].push(batch.length / (performance.now() - started) * 1000)
        }
        await time('JSON.stringify', () => stringify(records))
        for (const [name, sink] of Object.entries(sinks)) await time(name, () => sink.write(batch))
      }
    },
    async close() { for (const sink of Object.values(sinks)) await sink.close() },
  })
  const medians = Object.fromEntries(Object.entries(rates).map(([name, each]) => [name, median(each)]))
  for (const [name, rate] of Object.entries(medians)) console.log(`${names}: ${name} ${(rate / 1e6).toFixed(2)} M records/s, ${(rate / medians['JSON.stringify']).toFixed(1)} times JSON.stringify; ${Object.keys(objects[0]).length} fields`)
}

for (const names of process.argv.length > 2 ? process.argv.slice(2) : ['basic,tcp', 'basic,tcp,tcpstats,payload']) await measure(names)

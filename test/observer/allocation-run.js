// Started by allocation.test.ts: observe packets of flows that are there already, and count garbage collections.
// Arguments: names of chains, `basic,tcp` unless they are given; `control` makes an object a packet. Then `frames`, one by one, or `capture`, read in
// bursts. Then a filter.
import { PerformanceObserver, performance } from 'node:perf_hooks'

import { chainsByName, defineChain, MemorySource, observe } from '../../dist/index.js'
import { capture } from '../../dist/testing/build.js'

const FLOWS = 1000, FRAMES = 8000, WARM = 1_000_000, MEASURED = 2_000_000

/** A TCP segment in Ethernet, IPv4 or IPv6 by turns, of one of the flows, in either direction. */
function frame(i) {
  const six = i % 2 === 1, ip = 14, header = six ? 40 : 20
  const bytes = new Uint8Array(ip + header + 20)
  const view = new DataView(bytes.buffer)
  view.setUint16(12, six ? 0x86dd : 0x0800)
  const flow = i % FLOWS, back = i % 3 === 0
  if (six) {
    view.setUint32(ip, 0x6000_0000)
    view.setUint16(ip + 4, 20)
    view.setUint16(ip + 6, 0x0640)
    view.setUint8(ip + 8 + (back ? 16 : 0), 0x20)
    view.setUint8(ip + 8 + (back ? 0 : 16), 0x30)
  } else {
    view.setUint16(ip, 0x4500)
    view.setUint16(ip + 2, 40)
    view.setUint16(ip + 8, 0x4006)
    view.setUint32(ip + (back ? 16 : 12), 0x0a00_0001)
    view.setUint32(ip + (back ? 12 : 16), 0x0a00_0002)
  }
  view.setUint16(ip + header + (back ? 2 : 0), 1024 + flow)
  view.setUint16(ip + header + (back ? 0 : 2), 443)
  view.setUint16(ip + header + 12, 0x5010)
  return bytes
}

const kept = []
const control = defineChain({ name: 'control', doc: '', ip(_flow, ip, rev, packet) { kept[packet.number & 1023] = { length: ip.totalLength, rev } } })

const frames = Array.from({ length: FRAMES }, (_, i) => ({ bytes: frame(i), seconds: 1_600_000_000, nanoseconds: i * 1000 }))
const memory = new MemorySource(frames, { times: (WARM + MEASURED) / FRAMES, secondsApart: 1 })
let from = Infinity, to = Infinity, packets = 0
const refill = memory.refill.bind(memory)
memory.refill = async () => {
  if (observer.ledger.packets >= WARM && from === Infinity) {
    // what the warm-up left must not be collected later
    globalThis.gc()
    from = performance.now()
    packets = observer.ledger.packets
  }
  const more = await refill()
  if (!more) {
    to = performance.now()
    packets = observer.ledger.packets - packets
  }
  return more
}

const collections = []
new PerformanceObserver((list) => collections.push(...list.getEntries())).observe({ entryTypes: ['gc'] })

const [names = 'basic,tcp', how = 'frames', filter] = process.argv.slice(2)

/** The frames as a capture, again and again, a second apart. */
function captured() {
  const once = capture(frames.map(({ bytes, seconds, nanoseconds }) => ({ frame: bytes, time: seconds, nanoseconds })), { nanosecond: true })
  const header = 24, length = once.length - header, times = (WARM + MEASURED) / FRAMES
  const all = new Uint8Array(header + times * length), view = new DataView(all.buffer)
  all.set(once)
  for (let i = 1; i < times; i++) {
    all.copyWithin(header + i * length, header, header + length)
    for (let at = header + i * length; at < header + (i + 1) * length; at += 16 + view.getUint32(at + 8, true)) view.setUint32(at, view.getUint32(at, true) + i, true)
  }
  return all
}

/** Takes the time of a capture, which has no `refill` to take it in. */
const timer = defineChain({
  name: 'timer', doc: '',
  ip(_flow, _ip, _rev, { number }) {
    if (number === WARM) {
      globalThis.gc()
      from = performance.now()
    } else if (number === WARM + MEASURED) {
      to = performance.now()
      packets = number - WARM
    }
  },
})
const observer = observe(how === 'frames' ? memory : captured(), {
  chains: [...(names === 'control' ? [...chainsByName('basic,tcp'), control] : chainsByName(names)), ...(how === 'frames' ? [] : [timer])], maxFlows: 2 * FLOWS, ...(filter !== undefined && { filter }),
})
let flows = 0
for await (const _ of observer) flows++
// entries are handed over in a turn of their own
await new Promise((resolve) => setTimeout(resolve, 50))
const seen = collections.filter(({ startTime }) => startTime >= from && startTime <= to).length
process.stdout.write(JSON.stringify({ packets, flows, collections: seen }))

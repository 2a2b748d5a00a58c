import { describe, expect, it } from 'vitest'

import { basic, defineChain, type Frame, list, MemorySource, observe } from '../../src/index.ts'
import { ethernet, ipv4, ipv6, udp } from '../../src/testing/build.ts'

/** More than the batches that lie behind the flows hold. */
const FLOWS = 20_000

/** Of a flow of its own each, IPv4 and IPv6. */
const frames = Array.from({ length: FLOWS }, (_, i): Frame => {
  const datagram = udp({ sourcePort: 1 + i, destinationPort: 53, checksum: 1 })
  return { bytes: ethernet({}, i % 3 === 0 ? ipv6({ source: addressOf(i), destination: '2001:db8::' }, datagram) : ipv4({ source: addressOf(i), destination: '192.0.2.1' }, datagram)), seconds: 1 }
})

function addressOf(i: number): string {
  return i % 3 === 0 ? `2001:db8::${(i + 1).toString(16)}` : `10.0.${i >> 8}.${i & 255}`
}

describe('records that end in the same second', () => {
  it('are those of their flows, however many there are', async () => {
    // the last packet is much later
    const late = { ...frames[0], seconds: 1000 }
    const seen: unknown[] = []
    for await (const { sip, sp, pkt_fwd, end_reason } of observe(new MemorySource([...frames, late]), { chains: [basic], maxFlows: FLOWS })) seen.push([sip, sp, pkt_fwd, end_reason])
    expect(seen).toEqual([...frames.map((_, i) => [addressOf(i), 1 + i, 1, 'idle']), [addressOf(0), 1, 1, 'forced']])
  })

  it('are so too where a row takes more than a batch has room for behind the flows', async () => {
    const wide = defineChain({ name: 'wide', doc: '', directional: { numbers: list('u32', { max: 10_000, doc: '' }) }, udp({ side }, { sourcePort }) { side.numbers.push(sourcePort) } })
    const records: (readonly number[])[] = []
    for await (const { numbers_fwd } of observe(new MemorySource(frames.slice(0, 1500)), { chains: [wide], maxFlows: 2000 })) records.push(numbers_fwd)
    expect(records).toEqual(Array.from({ length: 1500 }, (_, i) => [1 + i]))
  })
})

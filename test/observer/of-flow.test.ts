import { describe, expect, it } from 'vitest'

import { defineChain, observe, ofFlow } from '../../src/index.ts'
import { MemorySource } from '../../src/source/memory.ts'
import { ethernet, ipv4, udp } from '../../src/testing/build.ts'

const frame = ethernet({}, ipv4({ source: '192.0.2.1', destination: '192.0.2.2' }, udp({ sourcePort: 1, destinationPort: 2 })))
const at = (seconds: number) => ({ bytes: frame, seconds })

describe('what the observer knows of a flow, shown alone', () => {
  it.each([
    ['source', 'here'],
    ['duration', 2],
    ['number', 1],
    ['part', 1],
    ['sourcePort', 1],
    ['protocol', 17],
    ['firstNanoseconds', 10_000_000_000n],
  ] as const)('%s', async (property, value) => {
    const chain = defineChain({ name: 'one', doc: '', fields: { shown: ofFlow(property, { doc: '' }) } })
    const records = []
    for await (const record of observe(new MemorySource([at(10), at(12)], { name: 'here' }), { chains: [chain], maxFlows: 10 })) records.push(record)
    expect(records).toEqual([{ first: 10, last: 12, shown: value, end_reason: 'forced' }])
  })
})

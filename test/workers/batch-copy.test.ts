import { describe, expect, it } from 'vitest'

import { Observer } from '../../src/observer/observer.ts'
import { RecordMaker } from '../../src/observer/record.ts'
import { basic, builtinChains, MemorySource, type AnyChain, type Batch } from '../../src/index.ts'
import { ethernet, ipv4, ipv6, tcp, text, udp, SYN } from '../../src/testing/build.ts'
import { Sequence } from '../../src/source/sequence.ts'
import { BatchCopies, BatchPacker } from '../../src/workers/batch-copy.ts'

const frames = Array.from({ length: 2500 }, (_, i) => {
  const payload = i % 2 === 0 ? tcp({ sourcePort: i, destinationPort: 80, flags: SYN }, text(`GET /${i}`)) : udp({ sourcePort: i, destinationPort: 53 }, text('?'))
  return { bytes: ethernet({}, i % 3 === 0 ? ipv6({ source: '2001:db8::1', destination: `2001:db8::${(2 + i).toString(16)}` }, payload) : ipv4({ source: '10.0.0.1', destination: `10.0.${i >> 8}.${i & 255}` }, payload)), seconds: i }
})

/** Of all buffers in it, each once, as a clone has them. */
function octetsOf(message: object): number {
  const seen = new Set<object>()
  const walk = (value: unknown): number => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return 0
    seen.add(value)
    if (value instanceof ArrayBuffer) return value.byteLength
    return ArrayBuffer.isView(value) ? walk(value.buffer) : Object.values(value).reduce<number>((sum, each) => sum + walk(each), 0)
  }
  return walk(message)
}

/** Records as they are, and as they come through messages. */
async function both(chains: readonly AnyChain[], seconds: number): Promise<{ here: unknown[]; there: unknown[]; batches: number; octets: number; ids: number }> {
  // records are given out between two sources, so the batches come again
  const parts = Array.from({ length: 10 }, (_, i) => new MemorySource(frames.slice(250 * i, 250 * (i + 1))))
  const observer = new Observer(async () => new Sequence(parts), chains, { idleTimeout: seconds })
  const here: unknown[] = [], there: unknown[] = []
  const packer = new BatchPacker(), copies = new BatchCopies()
  const maker = new RecordMaker(observer.schema), otherMaker = new RecordMaker(observer.schema)
  let batches = 0, octets = 0
  const ids = new Set<number>()
  const add = (to: unknown[], by: RecordMaker, batch: Batch): void => { for (let i = 0; i < batch.length; i++) to.push(structuredClone(by.make(batch, i))) }
  await observer.writeTo({
    open() {},
    write(batch) {
      batches++
      add(here, maker, batch)
      const message = packer.pack(batch)
      ids.add(batch.id)
      octets = Math.max(octets, octetsOf(message))
      add(there, otherMaker, copies.receive(structuredClone(message, { transfer: [...message.memory] })))
    },
    close() {},
  })
  return { here, there, batches, octets, ids: ids.size }
}

describe('batches that go to another thread', { timeout: 30_000 }, () => {
  it.each<[string, readonly AnyChain[]]>([['basic', [basic]], ['all built-in chains', [...builtinChains.values()]]])('are the same there: %s', async (_, chains) => {
    const { here, there, batches, octets, ids } = await both(chains, 30)
    expect(here).toHaveLength(2500)
    expect(there).toEqual(here)
    expect(batches).toBeGreaterThan(2)
    // some came again with other records
    expect(ids).toBeLessThan(batches)
    // records lie in a buffer with all flows: only they are sent
    expect(octets).toBeLessThan(4 << 20)
  })

  it('are told once what lies where', async () => {
    const observer = new Observer(async () => new MemorySource(frames), [basic], {})
    const packer = new BatchPacker()
    const told = new Map<number, boolean[]>()
    await observer.writeTo({ open() {}, write(batch) { told.set(batch.id, [...(told.get(batch.id) ?? []), packer.pack(batch).columns !== null]) }, close() {} })
    for (const times of told.values()) expect(times.map((is, k) => is === (k === 0))).not.toContain(false)
  })
})

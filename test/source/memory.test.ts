import { describe, expect, it } from 'vitest'

import { MemorySource } from '../../src/source/memory.ts'
import { drain } from './drain.ts'
import { frame } from './octets.ts'

describe('frames in memory', () => {
  it('are an Ethernet capture where nothing else is said', async () => {
    expect(await drain(new MemorySource([{ bytes: frame(3), seconds: 5 }]))).toEqual([
      { frame: [1, 2, 3], wire: 3, time: '5.000000000', linkType: 1, interfaceId: 0 },
    ])
  })

  it('may say all that a capture does', async () => {
    const all = { bytes: frame(3), seconds: 5, nanoseconds: 7, wireLength: 60, linkType: 101, interfaceId: 2 }
    expect(await drain(new MemorySource([all, { bytes: frame(0), seconds: 0, stamped: false }]))).toEqual([
      { frame: [1, 2, 3], wire: 60, time: '5.000000007', linkType: 101, interfaceId: 2 },
      { frame: [], wire: 0, time: null, linkType: 1, interfaceId: 0 },
    ])
  })

  it('are copied', async () => {
    const bytes = frame(2)
    const source = new MemorySource([{ bytes, seconds: 0 }])
    bytes.fill(0)
    expect((await drain(source))[0].frame).toEqual([1, 2])
  })

  it('are played several times, with time that goes on', async () => {
    const source = new MemorySource([{ bytes: frame(1), seconds: 0 }, { bytes: frame(2), seconds: 9 }], { times: 3, secondsApart: 10 })
    expect(source.size).toBe(9)
    expect((await drain(source)).map(packet => packet.time?.slice(0, -10))).toEqual(['0', '9', '10', '19', '20', '29'])
    expect(source.position).toBe(9)
  })

  it('are played for ever, until the source is closed', async () => {
    const source = new MemorySource([{ bytes: frame(1), seconds: 0 }], { times: Infinity })
    for (let i = 0; i < 10; i++) expect(await source.refill()).toBe(true)
    expect(source.size).toBeNull()
    await source.close()
    expect(await drain(source)).toEqual([])
  })

  it('may be none', async () => {
    expect(await drain(new MemorySource([], { times: Infinity }))).toEqual([])
  })

  it('may be many', async () => {
    const frames = Array.from({ length: 20_000 }, (_, i) => ({ bytes: frame(1), seconds: i }))
    expect(await drain(new MemorySource(frames, { name: 'many' }))).toHaveLength(20_000)
  })
})

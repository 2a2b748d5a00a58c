import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { OptionError, SourceError } from '../../src/errors.ts'
import { MemoryReader, type ByteReader } from '../../src/source/byte-reader.ts'
import { ReadWindow } from '../../src/source/read-window.ts'
import { frame } from './octets.ts'

describe('reading ahead', () => {
  it('shows all octets once, contiguously, whatever the chunk and however many are taken at a time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 64 }), fc.array(fc.nat(40), { minLength: 1 }), async (octets, chunkSize, takes) => {
        const input = new ReadWindow(new MemoryReader(octets), chunkSize)
        const seen: number[] = []
        for (let i = 0; await input.refill(); i++) {
          expect(input.offset).toBe(seen.length)
          const take = Math.min(takes[i % takes.length], input.end - input.at)
          for (let k = 0; k < take; k++) seen.push(input.view.getUint8(input.at + k))
          input.at += take
        }
        seen.push(...input.bytes.subarray(input.at, input.end))
        expect(seen).toEqual([...octets])
      }),
    )
  })

  it('leaves what it shows untouched until the following refill, while it reads the next chunk', async () => {
    const input = new ReadWindow(new MemoryReader(frame(100)), 10)
    while (await input.refill()) {
      const { bytes, at, end } = input
      const before = [...bytes.subarray(at, end)]
      await new Promise(resolve => setTimeout(resolve, 2))
      expect([...bytes.subarray(at, end)]).toEqual(before)
      input.at = end - 3
    }
  })

  it.each([0, -1, 1.5, NaN, (16 << 20) + 1])('a chunk of %d octets is refused', chunkSize => {
    expect(() => new ReadWindow(new MemoryReader(frame(1)), chunkSize)).toThrow(OptionError)
  })

  it('an error comes after what was read before it, and does not go unhandled when nobody asks', async () => {
    let reads = 0
    const reader: ByteReader = {
      read: async target => {
        if (reads++ > 0) throw new Error('the disk is gone')
        target[0] = 42
        return 1
      },
      rewind: () => false,
      close: async () => {},
      position: 0,
      size: null,
      compressed: false,
      stored: false,
    }
    const input = new ReadWindow(reader)
    expect(await input.refill()).toBe(true)
    await new Promise(setImmediate)
    expect([...input.bytes.subarray(input.at, input.end)]).toEqual([42])
    expect(await input.refill()).toBe(false)
    expect(input.failure).toBeInstanceOf(SourceError)
    expect(input.failure).toMatchObject({ code: 'WEIR_SOURCE_READ', message: 'Error: the disk is gone' })
  })
})

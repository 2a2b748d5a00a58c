import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'

import { FrameWindow } from '../../src/packet/frame-window.ts'
import { OptionError, SourceError } from '../../src/errors.ts'
import { MemoryReader, type ByteReader } from '../../src/source/byte-reader.ts'
import { FileReader } from '../../src/source/file-reader.ts'
import { ReadWindow } from '../../src/source/read-window.ts'
import { frame } from './octets.ts'

describe('reading', () => {
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

describe('reading a file ahead into memory that is lent', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-window-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  /** What octet `i` of the file is. */
  const octet = (i: number): number => (i * 7 + (i >> 8)) & 0xff
  const size = 700_000
  const path = join(folder, 'octets')
  writeFileSync(path, Uint8Array.from({ length: size }, (_, i) => octet(i)))
  const open = (): FileReader => new FileReader(path, openSync(path, 'r'), size)
  /** Nothing is read into, or looked at, twice: one memory serves all. */
  const lent = new FrameWindow()

  it('shows all octets once, contiguously, where the lent memory is, whatever the chunk and however much is left for the next', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1000, max: 300_000 }), fc.array(fc.nat(250_000), { minLength: 1 }), async (chunkSize, leaves) => {
        const input = new ReadWindow(open(), chunkSize)
        expect(input.use(lent)).toBe(true)
        let seen = 0, reads = 0
        for (; await input.refill(); reads++) {
          expect(input.bytes).toBe(lent.bytes)
          expect(input.offset).toBe(seen)
          const taken = Math.max(0, input.end - input.at - leaves[reads % leaves.length])
          for (let k = 0; k < taken; k++) if (input.bytes[input.at + k] !== octet(seen + k)) throw new Error(`octet ${seen + k} is wrong`)
          seen += taken
          input.at += taken
        }
        for (let k = 0; k < input.end - input.at; k++) if (input.bytes[input.at + k] !== octet(seen + k)) throw new Error(`octet ${seen + k} is wrong`)
        expect(seen + input.end - input.at).toBe(size)
        expect(input.position).toBe(size)
        await input.close()
      }),
      { numRuns: 30 },
    )
  })

  it('reads the next piece while this one is parsed, and touches nothing that is shown', async () => {
    const reader = open()
    const input = new ReadWindow(reader, 50_000)
    input.use(lent)
    await input.refill()
    const before = input.bytes.slice(input.at, input.end)
    // not asked for, it comes: four times as much
    while (reader.position < 250_000) await new Promise(setImmediate)
    expect(input.bytes.slice(input.at, input.end)).toEqual(before)
    expect(input.position).toBe(50_000)
    await input.refill()
    expect(input.end - input.at).toBe(250_000)
    await input.close()
  })

  it('goes on in memory of its own where more is left than fits in front of what was read', async () => {
    const input = new ReadWindow(open(), 80_000)
    input.use(lent)
    // 80,000 octets at once, 320,000 ahead, then the rest; nothing is parsed, so that all have to be kept
    await input.refill()
    await input.refill()
    expect(input.bytes).toBe(lent.bytes)
    await input.refill()
    expect(input.bytes).not.toBe(lent.bytes)
    expect(input.end - input.at).toBe(size)
    for (let i = 0; i < size; i++) if (input.bytes[input.at + i] !== octet(i)) throw new Error(`octet ${i} is wrong`)
    expect(await input.refill()).toBe(false)
    await input.close()
  })

  it('is closed while a piece is on its way: the file stays open until it has come', async () => {
    const descriptor = openSync(path, 'r')
    const reader = new FileReader(path, descriptor, size)
    const input = new ReadWindow(reader, 50_000)
    input.use(lent)
    await input.refill()
    await input.close()
    expect(reader.position).toBe(250_000)
    expect(await input.refill()).toBe(false)
    expect(input.failure).toBeNull()
  })

  it('an error of what is read ahead comes after what was read before it', async () => {
    const reader: ByteReader = {
      read: target => target.length,
      readAhead: () => Promise.reject(new Error('the disk is gone')),
      rewind: () => false,
      close: async () => {},
      position: 0,
      size: 100_000,
      compressed: false,
      stored: true,
    }
    const input = new ReadWindow(reader, 50_000)
    input.use(lent)
    expect(await input.refill()).toBe(true)
    await new Promise(setImmediate)
    expect(input.end - input.at).toBe(50_000)
    expect(await input.refill()).toBe(false)
    expect(input.failure).toMatchObject({ code: 'WEIR_SOURCE_READ', message: 'Error: the disk is gone' })
  })
})

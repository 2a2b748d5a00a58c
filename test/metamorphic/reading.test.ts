import { afterEach, describe, expect, it, vi } from 'vitest'

import type { Frame } from '../../src/index.ts'
import { MemorySource } from '../../src/source/memory.ts'
import { openSource } from '../../src/source/open.ts'
import { Sequence } from '../../src/source/sequence.ts'
import { capture } from '../../src/testing/build.ts'
import { realCaptures } from './captures.ts'
import { lines, outcome } from './outcome.ts'

const captures = await realCaptures()
/** A capture this long is read octet by octet in no time. @unit octets */
const SHORT = 8 << 10

afterEach(() => vi.restoreAllMocks())

describe.each(captures)('$name', { timeout: 60_000 }, ({ path, size, frames }) => {
  it('split, and read as several sources, gives the same', async () => {
    const whole = await lines(frames)
    for (const parts of [2, 3, 8]) {
      const sources = split(frames, parts).map((part) => new MemorySource(part))
      expect(await lines(new Sequence(sources))).toBe(whole)
    }
  })

  it.runIf(fitsOneFile(frames))('split into several files, gives the same', async () => {
    // each file has an interface of its own
    const withoutInterface = (text: string): string => text.replaceAll(/"interface":\d+/g, '"interface":0')
    const whole = withoutInterface(await lines(fileOf(frames)))
    for (const parts of [2, 5]) expect(withoutInterface(await lines(split(frames, parts).map(fileOf)))).toBe(whole)
  })

  it('read in pieces of any size, gives the same', async () => {
    const whole = await lines(path)
    for (const chunkSize of [...(size < SHORT ? [1, 2, 3] : []), 997, 4096, 1 << 24]) {
      expect(await lines(await openSource(path, { chunkSize }))).toBe(whole)
    }
  })

  it('gives the same octets every time, whatever the seed of the hash', async () => {
    const usual = await lines(frames)
    expect(await lines(frames)).toBe(usual)
    // nothing is random: whoever knew these seeds could make keys collide, and would change nothing but the time it takes
    for (const word of [0, -1, 0x55555555]) {
      const random = vi.spyOn(crypto, 'getRandomValues').mockImplementation((words) => (words as unknown as Int32Array).fill(word) as never)
      expect(await lines(frames)).toBe(usual)
      expect(random).toHaveBeenCalled()
      random.mockRestore()
    }
  })
})

it('captures of the repository are always among them', async () => {
  expect(captures.filter(({ name }) => name.startsWith('repository/'))).toHaveLength(3)
  const { ledger } = await outcome(captures[0].frames)
  expect(ledger.in_flows).toBeGreaterThan(0)
})

function split(frames: readonly Frame[], parts: number): Frame[][] {
  return Array.from({ length: parts }, (_, part) => frames.slice(Math.floor((part * frames.length) / parts), Math.floor(((part + 1) * frames.length) / parts)))
}

/** pcap has one link type a file, and a time a packet. */
function fitsOneFile(frames: readonly Frame[]): boolean {
  return frames.every(({ linkType, stamped }) => linkType === frames[0].linkType && stamped !== false)
}

function fileOf(frames: readonly Frame[]): Uint8Array {
  const stored = frames.map(({ bytes, seconds, nanoseconds = 0, wireLength = bytes.length }) => ({ frame: bytes, time: seconds, nanoseconds, wireLength }))
  return capture(stored, { nanosecond: true, linkType: frames[0]?.linkType ?? 1 })
}

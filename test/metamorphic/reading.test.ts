import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, describe, expect, it, vi } from 'vitest'

import type { Frame } from '../../src/index.ts'
import { MemorySource } from '../../src/source/memory.ts'
import { openSource } from '../../src/source/open.ts'
import { Sequence } from '../../src/source/sequence.ts'
import type { PacketSource } from '../../src/source/source.ts'
import { capture, ethernet, ipv4, udp } from '../../src/testing/build.ts'
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

  it('read packet by packet, gives the same as in bursts', async () => {
    expect(await lines(oneByOne(await openSource(path)))).toBe(await lines(path))
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

/** A pcap file whose records are longer than what is kept free in front of a chunk is read into a buffer of its own from there on. */
it('records of any length are read in order', async () => {
  const transport = (length: number, sourcePort: number) => udp({ sourcePort, destinationPort: 53 }, new Uint8Array(length))
  const frames = [20, 600, 60_000, 300_000, 20, 800_000, 20, 60_000, 20].map((length, i) => {
    const frame = new Uint8Array(14 + 28 + length)
    frame.set(ethernet({}, ipv4({ source: '192.0.2.1', destination: '198.51.100.2' }, transport(Math.min(length, 1000), 1000 + i))))
    return { frame, time: i }
  })
  const octets = capture(frames, { snapLength: 1 << 20 })
  const folder = mkdtempSync(join(tmpdir(), 'weir-reading-'))
  const path = join(folder, 'long.pcap')
  writeFileSync(path, octets)
  for (const source of [octets, path, await openSource(path, { chunkSize: 10_000 }), await openSource(path, { chunkSize: 60_000 })]) {
    const { records } = await outcome(source)
    expect(records.map(({ sp }) => sp)).toEqual(frames.map((_, i) => 1000 + i))
    expect(records.map(({ first }) => first)).toEqual(frames.map(({ time }) => time))
  }
  rmSync(folder, { recursive: true })
})

/** The source, without what reads many packets at once. */
function oneByOne(source: PacketSource): PacketSource {
  return {
    name: source.name, next: (packet) => source.next(packet), refill: () => source.refill(), close: () => source.close(), filtered: null, dropped: null,
    get fault() { return source.fault },
    get position() { return source.position },
    get size() { return source.size },
  }
}

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

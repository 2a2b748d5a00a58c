import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'

import { MemoryReader } from '../../src/source/byte-reader.ts'
import { COMPRESSIONS, compressionOf } from '../../src/source/compression.ts'
import { openReader } from '../../src/source/open.ts'
import { StreamReader } from '../../src/source/stream-reader.ts'
import { findTool } from '../../src/source/tool-reader.ts'
import { pcapHeader, pcapRecord } from './build-pcap.ts'
import { drain, read } from './drain.ts'
import { concat, frame, noise } from './octets.ts'

const records = Array.from({ length: 60 }, (_, i) => pcapRecord({}, { seconds: i, frame: i % 3 === 0 ? noise(100 + i, i) : frame(200) }))
const plain = concat(pcapHeader(), ...records)
const whole = await read(plain)

/** Programs that compress are those that decompress. */
const PARAMETERS: Record<string, string[]> = { zstd: ['-qc'], xz: ['-c'], bzip2: ['-c'], lz4: ['-qc'] }

function compress(how: string, octets: Uint8Array, ...more: string[]): Uint8Array {
  const { status, stdout, stderr } = spawnSync(how, [...PARAMETERS[how], ...more], { input: octets, maxBuffer: 1 << 28 })
  if (status !== 0) throw new Error(`${how}: ${stderr}`)
  return new Uint8Array(stdout)
}

const others = COMPRESSIONS.filter(how => how !== 'gzip')
const installed = new Map(await Promise.all(others.map(async how => [how, (await findTool(how)) !== null] as const)))
const ways = others.flatMap(how => [{ how, way: 'the program', tools: true }, { how, way: 'what weir brings', tools: false }])

describe.each(ways)('$how by $way', ({ how, tools }) => {
  const present = installed.get(how)!
  const stored = present ? compress(how, plain) : new Uint8Array(0)
  const it2 = it.skipIf(!present)
  const skipped = present ? '' : ` (skipped: there is no program ${how} to compress with)`

  it2(`is told by its first octets, and reads as the capture within${skipped}`, async () => {
    expect(compressionOf(stored)).toBe(how)
    const { packets, fault, source } = await read(stored, { tools })
    expect(packets).toEqual(whole.packets)
    expect([fault, source.size, source.position]).toEqual([null, stored.length, stored.length])
  })

  it2('may have several members, cut anywhere', async () => {
    for (const at of [1, 23, 24, 500, plain.length - 1]) {
      expect(await read(concat(compress(how, plain.subarray(0, at)), compress(how, plain.subarray(at))), { tools })).toMatchObject({ packets: whole.packets, fault: null })
    }
  })

  it2('reads at any chunk size', async () => {
    for (const chunkSize of [1, 100, 65_536]) expect(await read(stored, { tools, chunkSize })).toMatchObject({ packets: whole.packets, fault: null })
  })

  it2('comes through a pipe, in pieces', async () => {
    const stream = new PassThrough()
    for (let at = 0; at < stored.length; at += 97) stream.write(stored.subarray(at, at + 97))
    stream.end()
    const source = await openReader('-', new StreamReader('-', stream), { tools })
    expect(await drain(source)).toEqual(whole.packets)
    expect(source.fault).toBeNull()
    await source.close()
  })

  it2('comes from a file, whole and cut, with a position in it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'weir-compression-'))
    try {
      writeFileSync(join(directory, 'whole'), stored)
      writeFileSync(join(directory, 'cut'), stored.subarray(0, stored.length - 3))
      const { packets, fault, source } = await read(join(directory, 'whole'), { tools })
      expect(packets).toEqual(whole.packets)
      expect([fault, source.position, source.size]).toEqual([null, stored.length, stored.length])
      expect((await read(join(directory, 'cut'), { tools })).fault).toBe('WEIR_CAPTURE_CUT')
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  it2('is never quietly cut, wherever it is', async () => {
    const members = concat(compress(how, plain.subarray(0, 3000)), compress(how, plain.subarray(3000)))
    const between = compress(how, plain.subarray(0, 3000)).length
    // a program is started for each, or WebAssembly made
    const step = tools || how === 'xz' ? Math.ceil(members.length / 16) : how === 'lz4' ? 5 : 29
    const lengths = Array.from({ length: Math.ceil(members.length / step) }, (_, i) => members.length - 1 - i * step).filter(length => length > 0)
    for (const length of new Set([...lengths, ...[1, 2, 3, 4, 5, 10].map(more => between + more)])) {
      if (length === between) continue
      const outcome = await read(members.subarray(0, length), { tools, chunkSize: 4096 }).catch((error: { code: string }) => error.code)
      if (typeof outcome === 'string') expect([length, outcome]).toEqual([length, 'WEIR_SOURCE_FORMAT'])
      else {
        expect([length, outcome.fault]).not.toEqual([length, null])
        expect(outcome.packets).toEqual(whole.packets.slice(0, outcome.packets.length))
      }
    }
  }, 30_000)

  it2('that is cut in the middle says so, and where', async () => {
    const { source } = await read(stored.subarray(0, stored.length - 3), { tools })
    expect(source.fault).toMatchObject({ code: 'WEIR_CAPTURE_CUT', message: expect.stringContaining(`${how} ends early`) as string })
  })

  it2('followed by something else has a fault', async () => {
    const outcome = await read(concat(stored, frame(40)), { tools }).catch((error: { code: string }) => error.code)
    // of a small capture xz-decompress gives nothing before it finds the error
    if (how === 'xz' && !tools) return expect(outcome).toBe('WEIR_SOURCE_FORMAT')
    expect(outcome).toMatchObject({ packets: whole.packets, fault: expect.stringMatching(/^WEIR_CAPTURE_(CUT|CORRUPT)$/) as string })
  })

  it2('that is corrupt has a fault, or reads as something else', async () => {
    for (let at = 12; at < stored.length; at += Math.ceil(stored.length / 12)) {
      const broken = stored.slice()
      broken[at] ^= 0x55
      const outcome = await read(broken, { tools }).catch((error: { code: string }) => error.code)
      if (typeof outcome === 'string') expect(outcome).toBe('WEIR_SOURCE_FORMAT')
      // fzstd verifies no checksums
      else if (how !== 'zstd' || tools) expect(outcome.fault).not.toBeNull()
    }
  }, 30_000)

  it2('with nothing within is empty', async () => {
    await expect(read(compress(how, new Uint8Array(0)), { tools })).rejects.toMatchObject({ code: 'WEIR_SOURCE_FORMAT' })
  })

  it2('within another is refused', async () => {
    await expect(read(compress(how, stored), { tools })).rejects.toMatchObject({ code: 'WEIR_SOURCE_FORMAT', message: `memory: is compressed with ${how} within another compression: decompress it once` })
  })

  it2('closing while octets are awaited ends the wait', async () => {
    const stream = new PassThrough()
    stream.write(stored.subarray(0, stored.length - 20))
    const opening = openReader('-', new StreamReader('-', stream), { tools, chunkSize: 64 })
    const source = await Promise.race([opening, new Promise<null>(resolve => setTimeout(() => resolve(null), 300))])
    // some give nothing before they have all
    if (source === null) stream.end()
    const opened = await opening.catch(() => null)
    const waiting = opened?.refill()
    await opened?.close()
    await waiting
    await opened?.close()
  })
})

describe.each(others)('%s that is decompressed on a thread, as what is large is', how => {
  const present = installed.get(how)!
  const it2 = it.skipIf(!present)
  const skipped = present ? '' : ` (skipped: there is no program ${how} to compress with)`
  const many = Array.from({ length: 100 }, (_, i) => pcapRecord({}, { seconds: i, frame: noise(14_000 + i, i) }))
  // two members: some decompress nothing of one that is cut
  const stored = present ? concat(compress(how, concat(pcapHeader(), ...many.slice(0, 80))), compress(how, concat(...many.slice(80)))) : new Uint8Array(0)
  const times = Array.from({ length: 100 }, (_, i) => `${i}.000000000`)

  it2(`reads as the capture within${skipped}`, async () => {
    expect(stored.length).toBeGreaterThan(1 << 20)
    const { packets, fault, source } = await read(stored, { tools: false })
    expect(packets).toEqual((await read(concat(pcapHeader(), ...many))).packets)
    expect([fault, source.position, source.size]).toEqual([null, stored.length, stored.length])
  }, 30_000)

  it2('that is cut gives what was before it, and the fault', async () => {
    const { packets, fault } = await read(stored.subarray(0, stored.length - 20_000), { tools: false })
    expect(packets.map(({ time }) => time)).toEqual(times.slice(0, packets.length))
    expect(packets.length).toBeGreaterThanOrEqual(how === 'xz' ? 70 : 80)
    expect(fault).toBe('WEIR_CAPTURE_CUT')
  }, 30_000)

  it2('followed by something else has a fault', async () => {
    const { packets, fault } = await read(concat(stored, frame(40)), { tools: false })
    expect(packets.map(({ time }) => time)).toEqual(times.slice(0, packets.length))
    expect(fault).toMatch(/^WEIR_CAPTURE_(CUT|CORRUPT)$/)
  }, 30_000)

  it2('leaves no thread behind when it is closed early', async () => {
    const threads = () => process.getActiveResourcesInfo().filter(each => each === 'MessagePort').length
    const before = threads()
    const source = await openReader('memory', new MemoryReader(stored), { tools: false, chunkSize: 1000 })
    expect(await source.refill()).toBe(true)
    expect(threads()).toBeGreaterThan(before)
    await source.close()
    expect(await source.refill()).toBe(false)
    expect(threads()).toBe(before)
  }, 30_000)
})

describe('lz4 frames of other kinds', () => {
  const present = installed.get('lz4')!
  const big = concat(plain, ...Array.from({ length: 200 }, (_, i) => pcapRecord({}, { seconds: 60 + i, frame: i % 2 === 0 ? noise(1500, i % 40) : frame(1000) })))
  it.skipIf(!present).each([['-B4'], ['-B4', '-BD'], ['-B7'], ['--no-frame-crc'], ['-BX'], ['--content-size'], ['-9', '-BD'], ['--fast=9']])('%s %s', async (...parameters) => {
    expect(await read(compress('lz4', big, ...parameters.filter(each => each !== undefined)), { tools: false })).toMatchObject({ packets: (await read(big)).packets, fault: null })
  })

  it.skipIf(!present)('frames that are to be skipped are', async () => {
    const skippable = concat([0x53, 0x2a, 0x4d, 0x18, 4, 0, 0, 0], frame(4))
    expect(compressionOf(concat(skippable, compress('lz4', plain)))).toBe('lz4')
    for (const tools of [true, false]) expect(await read(concat(skippable, compress('lz4', plain), skippable), { tools })).toMatchObject({ packets: whole.packets, fault: null })
  })

  it.skipIf(!installed.get('zstd')!)('and those of zstd', async () => {
    const skippable = concat([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0], frame(4))
    expect(compressionOf(concat(skippable, compress('zstd', plain)))).toBe('zstd')
    for (const tools of [true, false]) expect(await read(concat(skippable, compress('zstd', plain)), { tools })).toMatchObject({ packets: whole.packets, fault: null })
  })
})

/** What a sink's error says, whatever the format: what failed, and how many records were written before. A new format joins by being in FORMATS. */
import { spawn, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { RecordBatchReader } from 'apache-arrow'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { SinkError } from '../../src/errors.ts'
import { basic, MemorySource, observe, type Sink } from '../../src/index.ts'
import { FORMATS } from '../../src/sink/formats.ts'
import { ipfix } from '../../src/sink/ipfix.ts'
import { rotate } from '../../src/sink/rotate.ts'
import type { ByteTarget } from '../../src/sink/target.ts'
import { ethernet, ipv4, udp } from '../../src/testing/build.ts'
import { decode } from './ipfix-reader.ts'

const FLOWS = 8000
/** Octets that look random, so that no format makes few of them. */
const any = (i: number, odd: number): string => [24, 16, 8, 0].map((shift) => (Math.imul(i + 1, odd) >>> shift) & 255).join('.')
/** Each is a flow; a second apart from time to time, so that records come before the end. */
const frames = Array.from({ length: FLOWS }, (_, i) => ({ seconds: 1_700_000_000 + Math.floor(i / 100), bytes: ethernet({}, ipv4({ source: any(i, 0x9e3779b1), destination: any(i, 0x85ebca6b) }, udp({ sourcePort: i, destinationPort: 53 }))) }))

async function failureOf(sink: Sink): Promise<SinkError> {
  const error = await observe(new MemorySource(frames), { chains: [basic] }).writeTo(sink).then(() => null, (reason: unknown) => reason)
  expect(error).toBeInstanceOf(SinkError)
  return error as SinkError
}

/** Keeps the first `room` octets, as a device would that is full then. */
class SmallTarget implements ByteTarget {
  readonly chunks: Uint8Array[] = []
  private room: number
  constructor(room: number) { this.room = room }
  async write(bytes: Uint8Array): Promise<void> {
    this.room -= bytes.length
    if (this.room < 0) throw new SinkError('WEIR_SINK_WRITE', 'full')
    this.chunks.push(bytes.slice())
  }
  async close(): Promise<void> {}
}

const lines = (octets: Buffer): number => octets.toString().split('\n').filter((line) => /^[{\d]/.test(line)).length
/** Of a stream that may end anywhere. */
function streamed(octets: Buffer): number {
  let records = 0
  try {
    for (const batch of RecordBatchReader.from(octets)) records += batch.numRows
  } catch {
    // the last was cut
  }
  return records
}
/** How many records octets hold, of formats that can tell. A file of Parquet or Arrow that has no end is none. */
const TAKEN: Record<string, (octets: Buffer) => number> = {
  ndjson: lines, csv: lines, tsv: lines, table: lines, ipfix: (octets) => decode(octets).records.length, parquet: () => 0, arrow: () => 0, arrows: streamed,
}
/** Fewer octets than the records take, in any format. */
const ROOM = 32_768

let directory: string
beforeAll(() => { directory = mkdtempSync(join(tmpdir(), 'weir-')) })
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const SAID = /; (no record was written|((at most )?(1 record was|\d+ records were) written before(, and went with the unfinished file)?))$/

/** A database has tests of its own. */
const WRITTEN = FORMATS.filter(({ pathOnly }) => pathOnly !== true)

describe.each(WRITTEN)('$name', { timeout: 60_000 }, ({ name, to }) => {
  it('to a target that is full after a while: as many records as it took', async () => {
    const target = new SmallTarget(name === 'parquet' ? ROOM : 300_000)
    const error = await failureOf(to(target))
    expect(error.message).toMatch(SAID)
    if (error.records === null) return
    expect(error.message).toBe(error.records === 0 ? 'full; no record was written' : `full; ${error.records} records were written before`)
    expect(TAKEN[name](Buffer.concat(target.chunks))).toBe(error.records)
  })

  it('to a full device', async () => {
    const path = join(directory, `full.${name}`)
    symlinkSync('/dev/full', path)
    expect(await failureOf(to(path))).toMatchObject({ code: 'WEIR_SINK_WRITE', records: 0, message: `cannot write ${path}: no space left on device (ENOSPC): free some space there, or write elsewhere; no record was written` })
  })

  it('to a full device, compressed', async () => {
    const path = join(directory, `full.${name}.gz`)
    symlinkSync('/dev/full', path)
    const error = await failureOf(to(path))
    expect(error).toMatchObject({ code: 'WEIR_SINK_WRITE', message: expect.stringMatching(/ENOSPC.*(at most \d+ records were written before|no record was written)$/) })
  })

  it('to a pipe whose reader goes away', async () => {
    const path = join(directory, `pipe.${name}`)
    spawnSync('mkfifo', [path])
    const reader = spawn('head', ['-c', '1', path], { stdio: 'ignore' })
    const error = await failureOf(to(path))
    expect(error).toMatchObject({ code: 'WEIR_SINK_CLOSED', message: expect.stringMatching(SAID) })
    expect(error.records).toBeLessThan(FLOWS)
    if (reader.exitCode === null) await once(reader, 'close')
  })

  it('to a place that cannot be opened', async () => {
    expect(await failureOf(to(join(directory, 'none', `x.${name}`)))).toMatchObject({ code: 'WEIR_SINK_OPEN', message: expect.stringMatching(/; no record was written$/) })
  })
})

describe('a collector', { timeout: 60_000 }, () => {
  it.each(['tcp', 'udp'])('over %s that refuses', async (protocol) => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const { port } = socket.address()
    socket.close()
    await once(socket, 'close')
    expect(await failureOf(ipfix(`ipfix+${protocol}://127.0.0.1:${port}`))).toMatchObject({ message: expect.stringMatching(new RegExp(`ECONNREFUSED.*${SAID.source}`)) })
  })

  it('over TCP that goes away', async () => {
    const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy())).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const sink = ipfix(`ipfix+tcp://127.0.0.1:${(server.address() as AddressInfo).port}`)
    // what goes away shows a while after
    const error = await failureOf({ open: (...args) => sink.open(...args), close: () => sink.close(), write: async (batch) => { await wait(100); await sink.write(batch) } })
    server.close()
    expect(error).toMatchObject({ code: 'WEIR_SINK_WRITE', records: null, message: expect.stringMatching(/at most \d+ records were written before$/) })
  })
})

/** A file system of 32 KiB. */
function smallDisk(): string | null {
  const place = join(mkdtempSync(join(tmpdir(), 'weir-')), 'disk')
  mkdirSync(place)
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${ROOM}`, 'weir-test', place]).status === 0 ? place : null
}

const disk = smallDisk()
if (disk === null) console.warn('no file system may be mounted here: a disk that is full is not tested')
afterAll(() => { if (disk !== null) spawnSync('umount', [disk]) })

describe.skipIf(disk === null)('a disk that is full', { timeout: 60_000 }, () => {
  it.each(WRITTEN)('keeps no part of $name, and the error says so', async ({ name, to }) => {
    const error = await failureOf(to(join(disk!, `x.${name}`)))
    expect(error).toMatchObject({ code: 'WEIR_SINK_WRITE', removed: true, message: expect.stringMatching(/ENOSPC.*; (no record was written|\d+ records were written before, and went with the unfinished file)$/) })
    expect(readdirSync(disk!)).toEqual([])
  })

  it('keeps the parts that are whole', async () => {
    const error = await failureOf(rotate(join(disk!, 'x.csv'), (target) => FORMATS.find(({ name }) => name === 'csv')!.to(target), { records: 100 }))
    const parts = readdirSync(disk!)
    expect(error.message).toMatch(/; \d+ records were written before$/)
    expect(error.records).toBe(parts.length * 100)
    expect(parts.length).toBeGreaterThan(1)
  })
})

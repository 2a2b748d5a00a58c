import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { DuckDBInstance, type DuckDBValue } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { OptionError, SinkError } from '../../src/errors.ts'
import { basic, MemorySource, observe } from '../../src/index.ts'
import type { Batch } from '../../src/schema/schema.ts'
import { duckdb } from '../../src/sink/duckdb.ts'
import { rotatePaths } from '../../src/sink/rotate.ts'
import type { Sink } from '../../src/sink/sink.ts'
import { ethernet, ipv4, udp } from '../../src/testing/build.ts'
import { batchOf, type Given } from './batch.ts'

let directory: string
beforeAll(() => { directory = mkdtempSync(join(tmpdir(), 'weir-')) })
afterAll(() => rmSync(directory, { recursive: true }))
const at = (name: string): string => join(directory, name)

/** Records `from` to `from + length`. */
function batchFrom(from: number, length: number, more: Given[] = []): Batch {
  const values = Array.from({ length }, (_, i) => from + i)
  return batchOf([
    { name: 'last', kind: 'time', values: values.map((n) => [n, 5]) },
    { name: 'n', kind: 'u32', values },
    { name: 'sip', kind: 'address', values: values.map((n) => (n % 2 === 0 ? null : '192.0.2.1')) },
    { name: 'end_reason', kind: 'oneOf', labels: ['', 'idle', "it's"], values: values.map((n) => (n % 3 === 0 ? 'idle' : "it's")) },
    ...more,
  ])
}

async function written(sink: Sink, ...batches: Batch[]): Promise<void> {
  try {
    await sink.open({ columns: batches[0].columns })
    for (const batch of batches) await sink.write(batch)
  } finally {
    await sink.close()
  }
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(() => expect.fail('it did not fail'), (error: unknown) => error)
}

async function query(path: string, sql: string): Promise<DuckDBValue[][]> {
  const instance = await DuckDBInstance.create(path, { access_mode: 'READ_ONLY' })
  const connection = await instance.connect()
  try {
    return (await connection.runAndReadAll(sql)).getRows()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

describe('a DuckDB database', { timeout: 60_000 }, () => {
  it('that was not there has a table of the schema, whose columns say what they are', async () => {
    await written(duckdb(at('new.duckdb')), batchFrom(0, 4, [{ name: 'a "b"', kind: 'list', of: 'u16', values: [[1], [], null, [2, 3]] }]))
    expect(await query(at('new.duckdb'), "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = 'flows' ORDER BY column_index")).toEqual([
      ['last', 'TIMESTAMP_NS', 'A value'], ['n', 'UINTEGER', 'A value'], ['sip', 'VARCHAR', 'A value'], ['end_reason', "ENUM('', 'idle', 'it''s')", 'A value'], ['a "b"', 'USMALLINT[]', 'A value'],
    ])
    expect(await query(at('new.duckdb'), 'SELECT n, sip, end_reason, "a ""b"""::VARCHAR FROM flows')).toEqual([[0, null, 'idle', '[1]'], [1, '192.0.2.1', "it's", '[]'], [2, null, "it's", null], [3, '192.0.2.1', 'idle', '[2, 3]']])
  })

  it('is there when it is whole, and nothing is left beside it', async () => {
    const place = at('whole')
    mkdirSync(place)
    const sink = duckdb(join(place, 'x.duckdb'))
    const batch = batchFrom(0, 10)
    await sink.open({ columns: batch.columns })
    await sink.write(batch)
    expect(readdirSync(place).filter((name) => !name.startsWith('.weir'))).toEqual([])
    await sink.close()
    expect(readdirSync(place)).toEqual(['x.duckdb'])
  })

  it('is appended to where it has a table of the same columns, in order, whatever the number of records', async () => {
    const path = at('appended.duckdb'), length = 5000
    for (const run of [0, 1]) await written(duckdb(path), ...Array.from({ length: 30 }, (_, b) => batchFrom(run * 150_000 + b * length, length)))
    expect(await query(path, 'SELECT count(*), count(*) FILTER (n <> rowid), max(epoch_ns(last)) FROM flows')).toEqual([[300_000n, 0n, 299_999_000_000_005n]])
  })

  it('may have another table too', async () => {
    const path = at('two.duckdb')
    await written(duckdb(path), batchFrom(0, 3))
    await written(duckdb(path, { table: 'the "other"' }), batchFrom(0, 2, [{ name: 'more', kind: 'u8', values: [1, 2] }]))
    expect(await query(path, 'SELECT (SELECT count(*) FROM flows), (SELECT sum(more) FROM "the ""other""")')).toEqual([[3n, 3n]])
  })

  it.each<[string, Batch, string]>([
    ['more columns', batchFrom(0, 1, [{ name: 'more', kind: 'u8', values: [1] }]), "it has no 'more'"],
    ['fewer', batchOf([{ name: 'last', kind: 'time', values: [[0, 0]] }]), "it has 'n', which they have not"],
    ['others', batchOf([{ name: 'last', kind: 'time', values: [[0, 0]] }, { name: 'm', kind: 'u32', values: [1] }]), "its column 2 is 'n', theirs is 'm'"],
    ['other types', batchOf([{ name: 'last', kind: 'time', values: [[0, 0]] }, { name: 'n', kind: 'u64', values: [1] }]), "its 'n' is UINTEGER, theirs is UBIGINT"],
  ])('is refused for %s, and stays as it is', async (_, batch, difference) => {
    const path = at('refused.duckdb')
    rmSync(path, { force: true })
    await written(duckdb(path), batchFrom(0, 3))
    const before = readFileSync(path)
    const error = await failure(written(duckdb(path), batch))
    expect(error).toBeInstanceOf(SinkError)
    expect(error).toMatchObject({ code: 'WEIR_SINK_SCHEMA', message: `${path} has a table 'flows' with other columns than these records: ${difference}: name another table, or another file` })
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('has no table twice, whose names differ in letters only', async () => {
    const path = at('letters.duckdb')
    await written(duckdb(path), batchFrom(0, 3))
    await written(duckdb(path, { table: 'FLOWS' }), batchFrom(3, 3))
    expect(await query(path, 'SELECT count(*) FROM flows')).toEqual([[6n]])
  })

  it('is made in place of a file of nothing', async () => {
    writeFileSync(at('empty.duckdb'), '')
    await written(duckdb(at('empty.duckdb')), batchFrom(0, 3))
    expect(await query(at('empty.duckdb'), 'SELECT count(*) FROM flows')).toEqual([[3n]])
  })

  it('of no records has the table', async () => {
    await written(duckdb(at('none.duckdb')), batchFrom(0, 0))
    expect(await query(at('none.duckdb'), 'SELECT count(*) FROM flows')).toEqual([[0n]])
  })

  it.each([
    ['a file that is no database', () => writeFileSync(at('text'), 'x'.repeat(5000)), 'text', /^cannot write to .*text: .*not a valid DuckDB database file/],
    ['a device', () => symlinkSync('/dev/full', at('device')), 'device', /device: a DuckDB database is a file, and this is none: name a file$/],
    ['a file in no directory', () => undefined, 'none/x.duckdb', /none\/x\.duckdb: /],
  ])('cannot be %s', async (_, prepare, name, message) => {
    prepare()
    expect(await failure(written(duckdb(at(name)), batchFrom(0, 1)))).toMatchObject({ name: 'SinkError', code: 'WEIR_SINK_OPEN', message: expect.stringMatching(message) })
    expect(readdirSync(directory).filter((each) => each.startsWith('.weir'))).toEqual([])
  })

  it('cannot be standard output, nor compressed, nor in parts by size', () => {
    expect(() => duckdb('-')).toThrow(OptionError)
    expect(() => duckdb('x.duckdb.gz')).toThrow('x.duckdb.gz: a DuckDB database cannot be compressed: leave .gz away')
    expect(() => rotatePaths('x.duckdb', duckdb, { octets: 1000 })).toThrow(OptionError)
  })

  it('in parts', async () => {
    const place = at('parts')
    mkdirSync(place)
    await written(rotatePaths(join(place, 'x.duckdb'), duckdb, { records: 40 }), batchFrom(0, 50), batchFrom(50, 50))
    const parts = readdirSync(place).sort()
    expect(await Promise.all(parts.map((name) => query(join(place, name), 'SELECT count(*), min(n) FROM flows')))).toEqual([[[40n, 0]], [[40n, 40]], [[20n, 80]]])
  })
})

/** A file system of 4 MiB. */
function smallDisk(): string | null {
  const place = join(mkdtempSync(join(tmpdir(), 'weir-')), 'disk')
  mkdirSync(place)
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'weir-test', place]).status === 0 ? place : null
}

const disk = smallDisk()
if (disk === null) console.warn('no file system may be mounted here: a disk that is full is not tested')
afterAll(() => { if (disk !== null) spawnSync('umount', [disk]) })

describe.skipIf(disk === null)('a disk that is full', { timeout: 60_000 }, () => {
  // octets that look random: nothing makes few of them
  const any = (i: number, odd: number): string => [24, 16, 8, 0].map((shift) => (Math.imul(i + 1, odd) >>> shift) & 255).join('.')
  const frames = Array.from({ length: 150_000 }, (_, i) => ({
    seconds: 1_700_000_000 + Math.floor(i / 100), bytes: ethernet({}, ipv4({ source: any(i, 0x9e3779b1), destination: any(i, 0x85ebca6b) }, udp({ sourcePort: i & 0xffff, destinationPort: 53 }))),
  }))
  const observed = (sink: Sink): Promise<void> => observe(new MemorySource(frames), { chains: [basic] }).writeTo(sink)

  it('keeps no part of a new database, and the error says so', async () => {
    expect(await failure(observed(duckdb(join(disk!, 'x.duckdb'))))).toMatchObject({
      name: 'SinkError', code: 'WEIR_SINK_WRITE', removed: true, message: expect.stringMatching(/^cannot write .*x\.duckdb: .*ENOSPC.*; at most \d+ records were written before, and went with the unfinished file$/),
    })
    expect(readdirSync(disk!)).toEqual([])
  })

  it('leaves a database that was there as it was', async () => {
    const path = join(disk!, 'kept.duckdb')
    await observe(new MemorySource(frames.slice(0, 1000)), { chains: [basic] }).writeTo(duckdb(path))
    expect(await failure(observed(duckdb(path)))).toMatchObject({ code: 'WEIR_SINK_WRITE', removed: false, message: expect.stringMatching(/ENOSPC.*; no record was written$/) })
    expect(readdirSync(disk!)).toEqual(['kept.duckdb'])
    expect(await query(path, 'SELECT count(*) FROM flows')).toEqual([[1000n]])
  })
})

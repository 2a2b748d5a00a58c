import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { csv } from '../../src/sink/csv.ts'
import { ipfix } from '../../src/sink/ipfix.ts'
import { rotate } from '../../src/sink/rotate.ts'
import { slice } from '../../src/sink/slice.ts'
import type { Batch } from '../../src/schema/schema.ts'
import { batchOf } from './batch.ts'
import { decode } from './ipfix-reader.ts'
import { linesOf, writtenBy } from './memory.ts'

/** Records that end one a minute. */
function batchFrom(first: number, length: number): Batch {
  const values = Array.from({ length }, (_, i) => first + i)
  return batchOf([
    { name: 'last', kind: 'time', values: values.map((n) => [1_700_000_000 + n * 60, 5]) },
    { name: 'n', kind: 'u32', values: values.map((n) => (n % 7 === 0 ? null : n)) },
    { name: 'sip', kind: 'address', values: values.map((n) => (n % 2 === 0 ? '192.0.2.1' : '2001:db8::1')) },
    { name: 'name', kind: 'text', values: values.map(String) },
  ], { id: first })
}
const batches = [batchFrom(0, 50), batchFrom(50, 50), batchFrom(100, 25)]

describe('parts', () => {
  let directory: string
  beforeEach(() => { directory = mkdtempSync(join(tmpdir(), 'weir-')) })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))
  const at = (name: string): string => join(directory, name)
  const names = (): string[] => readdirSync(directory).sort()
  const lines = (name: string): string[] => readFileSync(at(name), 'utf8').trim().split('\n')

  it('of records have so many, and all records are in one of them, as they would be in one file', async () => {
    await writtenBy(() => rotate(at('flows.csv'), csv, { records: 30 }), ...batches)
    const parts = names()
    expect(parts).toEqual(['flows-20231114T221320Z-0001.csv', 'flows-20231114T224320Z-0002.csv', 'flows-20231114T231320Z-0003.csv', 'flows-20231114T234320Z-0004.csv', 'flows-20231115T001320Z-0005.csv'])
    expect(parts.map((name) => lines(name).length - 1)).toEqual([30, 30, 30, 30, 5])
    const one = (await writtenBy(csv, ...batches)).text.trim().split('\n').slice(1)
    expect(parts.flatMap((name) => lines(name).slice(1))).toEqual(one)
  })

  it('of time begin at whole hours of the packets', async () => {
    await writtenBy(() => rotate(at('a.b.csv.gz'), csv, { seconds: 3600 }), ...batches)
    expect(names()).toEqual(['a.b-20231114T220000Z-0001.csv.gz', 'a.b-20231114T230000Z-0002.csv.gz', 'a.b-20231115T000000Z-0003.csv.gz'])
    expect(names().map((name) => gunzipSync(readFileSync(at(name))).toString().trim().split('\n').length - 1)).toEqual([47, 60, 18])
  })

  it('of octets end when they have so many', async () => {
    const big = Array.from({ length: 8 }, (_, k) => batchFrom(k * 8000, 8000))
    await writtenBy(() => rotate(at('x.csv'), csv, { octets: 300_000 }), ...big)
    const sizes = names().map((name) => readFileSync(at(name)).length)
    expect(sizes.length).toBeGreaterThan(3)
    for (const size of sizes.slice(0, -1)) expect(size).toBeGreaterThanOrEqual(300_000)
    expect(names().reduce((sum, name) => sum + lines(name).length - 1, 0)).toBe(64_000)
  })

  it('of IPFIX have their templates', async () => {
    await writtenBy(() => rotate(at('x.ipfix'), ipfix, { records: 40 }), ...batches)
    expect(names().map((name) => decode(readFileSync(at(name))).records.length)).toEqual([40, 40, 40, 5])
  })

  it('write over nothing: numbers whose names are taken are passed over', async () => {
    writeFileSync(at('x-20231114T224320Z-0002.csv'), 'a source')
    symlinkSync('nowhere', at('x-20231114T224320Z-0003.csv'))
    await writtenBy(() => rotate(at('x.csv'), csv, { records: 30 }), batches[0])
    await writtenBy(() => rotate(at('x.csv'), csv, { records: 30 }), batches[0])
    expect(names()).toEqual(['x-20231114T221320Z-0001.csv', 'x-20231114T221320Z-0002.csv', 'x-20231114T224320Z-0002.csv', 'x-20231114T224320Z-0003.csv', 'x-20231114T224320Z-0004.csv', 'x-20231114T224320Z-0005.csv'])
    expect(readFileSync(at('x-20231114T224320Z-0002.csv'), 'utf8')).toBe('a source')
    expect(lines('x-20231114T221320Z-0002.csv')).toEqual(lines('x-20231114T221320Z-0001.csv'))
    expect(lines('x-20231114T224320Z-0005.csv')).toEqual(lines('x-20231114T224320Z-0004.csv'))
  })

  it('leave a file as it is that comes to be while they are written', async () => {
    const sink = rotate(at('x.csv'), csv, { records: 30 })
    await sink.open({ columns: batches[0].columns })
    await sink.write(slice(batches[0], 0, 20))
    writeFileSync(at('x-20231114T221320Z-0001.csv'), 'of another')
    await expect(async () => sink.close()).rejects.toMatchObject({ code: 'WEIR_SINK_WRITE', message: expect.stringMatching(/file already exists \(EEXIST\): name another place$/) })
    expect(names()).toEqual(['x-20231114T221320Z-0001.csv'])
    expect(readFileSync(at('x-20231114T221320Z-0001.csv'), 'utf8')).toBe('of another')
  })

  it('are none where there is no record, and must be files in a directory that there is', async () => {
    await writtenBy(() => rotate(at('x.csv'), csv, { records: 1 }), batchFrom(0, 0))
    expect(names()).toEqual([])
    expect(() => rotate('-', csv, { records: 1 })).toThrow('standard output has no parts to rotate: name a file')
    await expect(async () => rotate(at('none/x.csv'), csv, { records: 1 }).open({ columns: [] })).rejects.toMatchObject({ code: 'WEIR_SINK_OPEN' })
  })
})

it('a slice has the records that it says', async () => {
  const batch = batchFrom(0, 20)
  const all = await linesOf(batch)
  expect(await linesOf(slice(batch, 5, 12), slice(batch, 0, 2), slice(batch, 19, 20))).toEqual([...all.slice(5, 12), ...all.slice(0, 2), all[19]])
})

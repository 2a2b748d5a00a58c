import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { Batch } from '../../src/schema/schema.ts'
import { parquet } from '../../src/sink/parquet.ts'
import { batchOf, type Given } from './batch.ts'
import { query } from './duckdb-reader.ts'
import { writtenBy } from './memory.ts'

let directory: string
beforeAll(() => { directory = mkdtempSync(join(tmpdir(), 'weir-')) })
afterAll(() => rmSync(directory, { recursive: true }))

let number = 0
async function fileOf(...batches: Batch[]): Promise<string> {
  const path = join(directory, `${number++}.parquet`)
  writeFileSync(path, (await writtenBy(parquet, ...batches)).octets)
  return path
}

const column = (name: string, kind: Given['kind'], values: unknown[], more: Partial<Given> = {}): Given => ({ name, kind, values, ...more })

describe('a file of Parquet', () => {
  it('has types that say what a field holds', async () => {
    const path = await fileOf(batchOf([
      column('first', 'time', [[1, 2]]), column('first_ns', 'i64', [[1, 2]]), column('sip', 'address', ['::1']), column('proto', 'u8', [6]), column('sp', 'u16', [1]), column('ack', 'u32', [1]),
      column('oct_fwd', 'u64', [1]), column('offset', 'i32', [-1]), column('single', 'f32', [1]), column('rtt', 'f64', [1]), column('connected', 'bool', [true]),
      column('end_reason', 'oneOf', ['idle'], { labels: ['', 'idle'] }), column('host', 'text', ['x']), column('digest', 'bytes', [Uint8Array.of(1)]),
      column('sizes', 'list', [[1]], { of: 'u16' }), column('hist', 'bins', [[1]]),
    ]))
    const types = (await query(`SELECT column_name, column_type FROM (DESCRIBE FROM '${path}')`)).map((row) => row.join(' '))
    expect(types).toEqual([
      'first TIMESTAMP_NS', 'first_ns BIGINT', 'sip VARCHAR', 'proto UTINYINT', 'sp USMALLINT', 'ack UINTEGER', 'oct_fwd UBIGINT', 'offset INTEGER', 'single FLOAT', 'rtt DOUBLE',
      'connected BOOLEAN', 'end_reason VARCHAR', 'host VARCHAR', 'digest BLOB', 'sizes USMALLINT[]', 'hist UBIGINT[]',
    ])
  })

  it('says what its fields are', async () => {
    const batch = batchOf([column('oct_fwd', 'u64', [1], { ie: 'octetDeltaCount' })])
    const path = await fileOf({ ...batch, columns: batch.columns.map((each) => ({ ...each, doc: 'Octets', unit: 'octets' })) })
    const [[value]] = await query(`SELECT decode(value) FROM parquet_kv_metadata('${path}') WHERE decode(key) = 'weir.columns'`)
    expect(JSON.parse(String(value))).toEqual({ oct_fwd: { doc: 'Octets', unit: 'octets', ie: 'octetDeltaCount', chain: 'test' } })
  })

  it('of no records opens', async () => {
    const path = await fileOf(batchOf([column('sp', 'u16', [])]))
    expect(await query(`SELECT count(sp) FROM '${path}'`)).toEqual([[0n]])
  })

  it('has several row groups, each with the times that it spans', async () => {
    const length = 1000, batches = 150
    const all = Array.from({ length: batches }, (_, b) => {
      const values = Array.from({ length }, (_, i) => b * length + i)
      return batchOf([
        column('last', 'time', values.map((n) => [n, 7])),
        // few values, many, and all different
        column('few', 'u16', values.map((n) => (n % 3 === 0 ? null : n % 11))), column('many', 'u32', values.map((n) => n % 40_000)), column('all', 'u64', values.map((n) => n * 1e6)),
        column('sip', 'address', values.map((n) => (n % 5 === 0 ? null : `10.0.${(n >> 8) % 32}.${n & 255}`))), column('host', 'text', values.map((n) => `host ${n}`)),
        column('sizes', 'list', values.map((n) => (n % 7 === 0 ? null : Array.from({ length: n % 4 }, () => n % 1000))), { of: 'u16' }),
      ], { id: b + 1 })
    })
    const path = await fileOf(...all)
    expect(await query(`SELECT row_group_id, row_group_num_rows, stats_min_value, stats_max_value FROM parquet_metadata('${path}') WHERE path_in_schema = 'last' ORDER BY ALL`)).toEqual([
      [0n, 65536n, '1970-01-01 00:00:00.000000007', '1970-01-01 18:12:15.000000007'],
      [1n, 65536n, '1970-01-01 18:12:16.000000007', '1970-01-02 12:24:31.000000007'],
      [2n, 18928n, '1970-01-02 12:24:32.000000007', '1970-01-02 17:39:59.000000007'],
    ])
    const wrong = `SELECT count(*) FROM (SELECT *, epoch_ns(last) // 1000000000 AS n FROM '${path}') WHERE
      few IS DISTINCT FROM CASE WHEN n % 3 = 0 THEN NULL ELSE n % 11 END OR many <> n % 40000 OR "all" <> n * 1000000 OR host <> 'host ' || n
      OR sip IS DISTINCT FROM CASE WHEN n % 5 = 0 THEN NULL ELSE '10.0.' || ((n >> 8) % 32) || '.' || (n & 255) END
      OR sizes IS DISTINCT FROM CASE WHEN n % 7 = 0 THEN NULL ELSE [n % 1000 FOR x IN range(n % 4)] END`
    expect(await query(wrong)).toEqual([[0n]])
    expect(await query(`SELECT count(DISTINCT last), count(*) FROM '${path}'`)).toEqual([[150_000n, 150_000n]])
  })

  it('has no numbers where there are none', async () => {
    const path = await fileOf(batchOf([column('rtt', 'f64', [Number.NaN, Infinity, 0.5]), column('list', 'list', [[1, Number.NaN], null, []])]))
    expect(await query(`SELECT rtt, list::VARCHAR FROM '${path}'`)).toEqual([[null, '[1.0, NULL]'], [null, null], [0.5, '[]']])
  })
})

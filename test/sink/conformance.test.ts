/** The same records through every format are the same values. A new format joins by a line in READERS. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Batch } from '../../src/schema/schema.ts'
import { FORMATS, type Format } from '../../src/sink/formats.ts'
import { columns } from './any.ts'
import { arrowRecords } from './arrow-reader.ts'
import { batchOf, type Given } from './batch.ts'
import { duckdbRecords, parquetRecords } from './duckdb-reader.ts'
import { ipfixRecords } from './ipfix-reader.ts'
import { fileOf, writtenBy } from './memory.ts'
import { ndjsonRecords, separatedRecords, tableRecords, type Reader } from './records.ts'

const READERS: Record<string, Reader> = {
  ndjson: ndjsonRecords,
  csv: separatedRecords(','),
  tsv: separatedRecords('\t'),
  table: tableRecords,
  ipfix: ipfixRecords,
  parquet: parquetRecords,
  arrow: arrowRecords,
  arrows: arrowRecords,
  duckdb: duckdbRecords,
}

const LABELS = ['', 'idle', 'active timeout']
const GIVEN: Given[] = [
  { name: 'first', kind: 'time', ie: 'flowStartNanoseconds', values: [[1277840495, 135052001], [0, 1], [4294967295, 999999999]] },
  { name: 'last_ns', kind: 'i64', values: [[1277840495, 135052001], [0, 7], [4294967295, 999999999]] },
  { name: 'sip', kind: 'address', ie: 'sourceIPAddress', values: ['192.0.2.1', '2001:db8::1', null] },
  { name: 'octet', kind: 'u8', values: [0, 255, null] },
  { name: 'sp', kind: 'u16', ie: 'sourceTransportPort', values: [65535, null, 0] },
  { name: 'count', kind: 'u32', values: [4294967295, 0, null] },
  { name: 'oct_fwd', kind: 'u64', ie: 'octetDeltaCount', side: 'fwd', values: [2 ** 53 - 1, 0, 1e10] },
  { name: 'oct_rev', kind: 'u64', ie: 'octetDeltaCount', side: 'rev', values: [1, 2, 2 ** 32] },
  { name: 'router', kind: 'address', values: ['2001:db8::2', null, '192.0.2.2'] },
  { name: 'cut', kind: 'time', values: [[1, 999999999], [0, 1], [2, 500000000]] },
  { name: 'offset', kind: 'i32', values: [-2147483648, 2147483647, null] },
  { name: 'single', kind: 'f32', values: [0.5, -1, null] },
  { name: 'rtt', kind: 'f64', values: [0.1, 1e-9, null], nan: true },
  { name: 'connected', kind: 'bool', values: [true, false, null] },
  { name: 'end_reason', kind: 'oneOf', labels: LABELS, values: ['idle', 'active timeout', 'idle'] },
  { name: 'reason', kind: 'oneOf', ie: 'flowEndReason', labels: LABELS, values: ['active timeout', 'idle', 'idle'] },
  { name: 'host', kind: 'text', values: ['a, "b"\tc\\', 'über 水 🌊', null] },
  { name: 'none', kind: 'text', values: ['', 'x', null] },
  { name: 'digest', kind: 'bytes', values: [Uint8Array.of(0, 255), new Uint8Array(300), null] },
  { name: 'sizes', kind: 'list', of: 'u16', values: [[40, 1500], [], null] },
  { name: 'hist', kind: 'bins', values: [[1, 2, 2 ** 40], [0, 0, 0], null] },
  { name: 'more', kind: 'u8', values: [1, 2, 3] },
]

/** A value as text: the form that every reader gives it. */
function textOf(kind: Given['kind'], value: unknown): string | null {
  if (value === null) return null
  if (kind === 'time') return `${(value as number[])[0]}.${String((value as number[])[1]).padStart(9, '0')}`
  if (kind === 'i64') return String(BigInt((value as number[])[0]) * 1_000_000_000n + BigInt((value as number[])[1]))
  if (kind === 'bytes') return Buffer.from(value as Uint8Array).toString('hex')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** The texts of records, lone surrogates apart, which UTF-8 cannot have. */
function textsOf(given: readonly Given[]): (string | null)[][] {
  return given[0].values.map((_, i) => given.map(({ kind, values }) => textOf(kind, values[i])).map(wellFormed))
}

function wellFormed(text: string | null): string | null {
  return text === null ? null : Buffer.from(text).toString()
}

async function octetsOf({ to, pathOnly }: Format, ...batches: Batch[]): Promise<Buffer> {
  return pathOnly ? fileOf(to, ...batches) : (await writtenBy(to, ...batches)).octets
}

describe('the same records are the same values', () => {
  const batch = batchOf(GIVEN)
  const expected = GIVEN[0].values.map((_, i) => Object.fromEntries(GIVEN.map(({ name, kind, values }) => [name, textOf(kind, values[i])])))

  it.each(FORMATS)('in $name, whatever the kinds and the layout', { timeout: 60_000 }, async (format) => {
    const { name } = format
    await fc.assert(fc.asyncProperty(columns, fc.nat(4), fc.integer({ min: 2, max: 9 }), async (any, offset, stride) => {
      const given = any.map((column, k): Given => ({ ...column, name: `c${k}` }))
      const random = batchOf(given, { offset, stride })
      const octets = await octetsOf(format, random)
      expect((await READERS[name](octets, { columns: random.columns })).map((values) => values.map(wellFormed))).toEqual(textsOf(given))
    }), { numRuns: format.pathOnly ? 30 : 150, seed: 20261124 })
  })

  it.each(FORMATS)('in $name', async (format) => {
    const { name } = format
    expect(READERS, 'a reader in READERS').toHaveProperty(name)
    const octets = await octetsOf(format, batch, batch)
    const records = (await READERS[name](octets, { columns: batch.columns })).map((values) => Object.fromEntries(values.map((value, k) => [GIVEN[k]?.name, value])))
    expect(records).toEqual([...expected, ...expected])
  })
})

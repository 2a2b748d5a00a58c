import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { DuckDBBlobValue, DuckDBInstance, DuckDBListValue, DuckDBTimestampNanosecondsValue, type DuckDBValue } from '@duckdb/node-api'

import type { Reader } from './records.ts'

const memory = DuckDBInstance.create()

/** What DuckDB answers. */
export async function query(sql: string): Promise<DuckDBValue[][]> {
  const connection = await (await memory).connect()
  try {
    return (await connection.runAndReadAll(sql)).getRows()
  } finally {
    connection.closeSync()
  }
}

/** The octets of a file that has this extension, read by DuckDB. */
async function read(octets: Buffer, name: string, sql: (path: string) => readonly string[]): Promise<DuckDBValue[][]> {
  const directory = mkdtempSync(join(tmpdir(), 'weir-'))
  try {
    const path = join(directory, name)
    writeFileSync(path, octets)
    const [first, ...others] = sql(path)
    const rows = await query(first)
    for (const each of others) await query(each)
    return rows
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const texts = (rows: DuckDBValue[][]): (string | null)[][] => rows.map((row) => row.map(textOf))

export const parquetRecords: Reader = async (octets) => texts(await read(octets, 'x.parquet', (path) => [`FROM '${path}'`]))

function textOf(value: DuckDBValue): string | null {
  if (value === null) return null
  if (value instanceof DuckDBTimestampNanosecondsValue) return `${value.nanos / 1_000_000_000n}.${String(value.nanos % 1_000_000_000n).padStart(9, '0')}`
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('hex')
  if (value instanceof DuckDBListValue) return `[${value.items.map((item) => textOf(item) ?? 'null').join(',')}]`
  return String(value)
}

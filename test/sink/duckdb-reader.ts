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

/** Rows of what is in a file of these octets. */
async function read(octets: Buffer, sql: (path: string) => readonly string[]): Promise<(string | null)[][]> {
  const directory = mkdtempSync(join(tmpdir(), 'weir-'))
  try {
    const path = join(directory, 'records')
    writeFileSync(path, octets)
    const connection = await (await memory).connect()
    let rows: DuckDBValue[][] = []
    for (const each of sql(path)) {
      const answer = (await connection.runAndReadAll(each)).getRows()
      if (each.startsWith('FROM')) rows = answer
    }
    connection.closeSync()
    return rows.map((row) => row.map(textOf))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

export const parquetRecords: Reader = (octets) => read(octets, (path) => [`FROM read_parquet('${path}')`])

export const duckdbRecords: Reader = (octets) => read(octets, (path) => [`ATTACH '${path}' AS written (READ_ONLY)`, 'FROM written.flows', 'DETACH written'])

function textOf(value: DuckDBValue): string | null {
  if (value === null) return null
  if (value instanceof DuckDBTimestampNanosecondsValue) return `${value.nanos / 1_000_000_000n}.${String(value.nanos % 1_000_000_000n).padStart(9, '0')}`
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('hex')
  if (value instanceof DuckDBListValue) return `[${value.items.map((item) => textOf(item) ?? 'null').join(',')}]`
  return String(value)
}

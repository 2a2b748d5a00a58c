import type { DuckDBConnection } from '@duckdb/node-api'

import { SinkError } from '../errors.ts'
import type { ColumnInfo, Kind, Schema } from '../schema/schema.ts'
import { knownOf } from './gathered.ts'

const TYPES: Record<Exclude<Kind, 'list' | 'oneOf'>, string> = {
  u8: 'UTINYINT', u16: 'USMALLINT', u32: 'UINTEGER', u64: 'UBIGINT', i32: 'INTEGER', i64: 'BIGINT', f32: 'FLOAT', f64: 'DOUBLE', bool: 'BOOLEAN',
  time: 'TIMESTAMP_NS', address: 'VARCHAR', text: 'VARCHAR', bytes: 'BLOB', bins: 'UBIGINT[]',
}

function typeOf({ kind, of = 'f64', labels = [] }: ColumnInfo): string {
  switch (kind) {
    case 'list': return `${TYPES[of]}[]`
    case 'oneOf': return `ENUM(${labels.map(quoted).join(', ')})`
    default: return TYPES[kind]
  }
}

/** A text as SQL has it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A name as SQL has it. */
export function named(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/**
 * Make the table, with a comment for each column that says what it is; or see that the one that is there has the same columns.
 * @param path for messages
 * @throws SinkError where it has others
 */
export async function prepareTable(connection: DuckDBConnection, table: string, { columns }: Schema, path: string): Promise<void> {
  const fields = columns.map((info) => `${named(info.name)} ${typeOf(info)}`).join(', ')
  const there = await columnsOf(connection, table, 'main')
  if (there.length === 0) {
    await connection.run(`CREATE TABLE ${named(table)} (${fields})`)
    for (const info of columns) {
      const { doc, unit } = knownOf(info)
      await connection.run(`COMMENT ON COLUMN ${named(table)}.${named(info.name)} IS ${quoted(unit === undefined ? doc : `${doc} (${unit})`)}`)
    }
    return
  }
  // how DuckDB writes these types, it says itself
  const wanted = 'weir_columns'
  await connection.run(`CREATE TEMP TABLE ${wanted} (${fields})`)
  const here = await columnsOf(connection, wanted, 'temp')
  await connection.run(`DROP TABLE temp.${wanted}`)
  const difference = differenceOf(there, here)
  if (difference !== null) throw new SinkError('WEIR_SINK_SCHEMA', `${path} has a table '${table}' with other columns than these records: ${difference}: name another table, or another file`)
}

type Names = readonly (readonly [name: string, type: string])[]

async function columnsOf(connection: DuckDBConnection, table: string, database: 'main' | 'temp'): Promise<Names> {
  const isHere = database === 'temp' ? "database_name = 'temp'" : "database_name = current_database() AND schema_name = 'main'"
  const answer = await connection.runAndReadAll(`SELECT column_name, data_type FROM duckdb_columns() WHERE ${isHere} AND lower(table_name) = lower(${quoted(table)}) ORDER BY column_index`)
  return answer.getRows().map(([name, type]) => [String(name), String(type)])
}

/** What is different, in words; null for nothing. */
function differenceOf(there: Names, here: Names): string | null {
  for (let k = 0; k < Math.max(there.length, here.length); k++) {
    if (there[k] === undefined) return `it has no '${here[k][0]}'`
    if (here[k] === undefined) return `it has '${there[k][0]}', which they have not`
    if (there[k][0] !== here[k][0]) return `its column ${k + 1} is '${there[k][0]}', theirs is '${here[k][0]}'`
    if (there[k][1] !== here[k][1]) return `its '${there[k][0]}' is ${there[k][1]}, theirs is ${here[k][1]}`
  }
  return null
}

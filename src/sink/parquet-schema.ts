import type { KeyValue, SchemaElement } from 'hyparquet-writer'

import type { ColumnInfo, Kind } from '../schema/schema.ts'
import { isNullable, knownOf } from './gathered.ts'

type Leaf = Omit<SchemaElement, 'name' | 'repetition_type'>

/** Unsigned integers as converted types: hyparquet-writer writes the width of the logical type as 32 bits, where readers want 8. */
const LEAVES: Record<Exclude<Kind, 'list' | 'bins'>, Leaf> = {
  u8: { type: 'INT32', converted_type: 'UINT_8' },
  u16: { type: 'INT32', converted_type: 'UINT_16' },
  u32: { type: 'INT32', converted_type: 'UINT_32' },
  u64: { type: 'INT64', converted_type: 'UINT_64' },
  i32: { type: 'INT32' },
  i64: { type: 'INT64' },
  f32: { type: 'FLOAT' },
  f64: { type: 'DOUBLE' },
  bool: { type: 'BOOLEAN' },
  time: { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'NANOS' } },
  address: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  oneOf: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  bytes: { type: 'BYTE_ARRAY' },
}

/** What a column is in a file: its elements of the schema, from the outermost in. */
export function elementsOf(info: ColumnInfo): SchemaElement[] {
  const { name, kind } = info
  const repetition_type = isNullable(info) ? 'OPTIONAL' : 'REQUIRED'
  if (kind !== 'list' && kind !== 'bins') return [{ name, repetition_type, ...LEAVES[kind] }]
  const of = kind === 'bins' ? 'u64' : info.of ?? 'f64'
  return [
    { name, repetition_type, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: of === 'f64' ? 'OPTIONAL' : 'REQUIRED', ...LEAVES[of] },
  ]
}

/** The schema of a file. */
export function parquetSchema(columns: readonly ColumnInfo[]): SchemaElement[] {
  return [{ name: 'flow', num_children: columns.length }, ...columns.flatMap(elementsOf)]
}

/** What is known of the columns, as the file's metadata: under `weir.columns` a JSON object with an entry for each. */
export function parquetMetadata(columns: readonly ColumnInfo[]): KeyValue[] {
  return [{ key: 'weir.columns', value: JSON.stringify(Object.fromEntries(columns.map((info) => [info.name, knownOf(info)]))) }]
}

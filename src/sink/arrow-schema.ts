import type { DataType, Field, Schema, Vector } from 'apache-arrow'

import type { ColumnInfo, Schema as RecordSchema } from '../schema/schema.ts'
import { isNullable, knownOf, type Values } from './gathered.ts'
import { Lists } from './gathered-lists.ts'
import { Numbers, type NumberKind } from './gathered-numbers.ts'

export type Library = typeof import('apache-arrow')
export type ArrowData = Vector['data'][number]

/** A field for each column, with what is known of it in its metadata. */
export function arrowSchema(library: Library, { columns }: RecordSchema): Schema {
  return new library.Schema(columns.map((info, k) => fieldOf(library, info, k)))
}

function fieldOf(library: Library, info: ColumnInfo, k: number): Field {
  return new library.Field(info.name, typeOf(library, info, k), isNullable(info), new Map(Object.entries(knownOf(info))))
}

function typeOf(library: Library, { kind, of }: ColumnInfo, k: number): DataType {
  switch (kind) {
    case 'address': case 'text': return new library.Utf8()
    case 'bytes': return new library.Binary()
    // the number of a dictionary is that of its column
    case 'oneOf': return new library.Dictionary(new library.Utf8(), new library.Uint8(), k)
    case 'list': return listOf(library, of ?? 'f64')
    case 'bins': return listOf(library, 'u64')
    default: return numberType(library, kind)
  }
}

function listOf(library: Library, of: 'u8' | 'u16' | 'u32' | 'u64' | 'f64'): DataType {
  return new library.List(new library.Field('item', numberType(library, of), of === 'f64'))
}

function numberType(library: Library, kind: Exclude<NumberKind, 'oneOf'>): DataType {
  switch (kind) {
    case 'u8': return new library.Uint8()
    case 'u16': return new library.Uint16()
    case 'u32': return new library.Uint32()
    case 'u64': return new library.Uint64()
    case 'i32': return new library.Int32()
    case 'i64': return new library.Int64()
    case 'f32': return new library.Float32()
    case 'f64': return new library.Float64()
    case 'bool': return new library.Bool()
    case 'time': return new library.TimestampNanosecond()
  }
}

/** The words of a column, by code. */
export function dictionaryOf(library: Library, { labels = [] }: ColumnInfo): Vector {
  const octets = labels.map((label) => Buffer.from(label))
  const valueOffsets = new Int32Array(labels.length + 1)
  octets.forEach(({ length }, k) => (valueOffsets[k + 1] = valueOffsets[k] + length))
  return new library.Vector([library.makeData({ type: new library.Utf8(), length: labels.length, nullCount: 0, valueOffsets, data: new Uint8Array(Buffer.concat(octets)) })])
}

/** The memory of a column, as it lies, with a bit for each value that is there. */
export function arrowData(library: Library, type: DataType, values: Values, dictionary: Vector | undefined): ArrowData {
  const { length, nulls } = values
  const there = { length, nullCount: nulls, nullBitmap: values.present === null || nulls === 0 ? null : bits(values.present, length) }
  if (values instanceof Lists) {
    const child = arrowData(library, (type.children as Field[])[0].type, values.items, undefined)
    return library.makeData({ ...there, type: type as InstanceType<Library['List']>, valueOffsets: values.offsets.subarray(0, length + 1), child })
  }
  if (values instanceof Numbers) {
    const { buffer } = values.octets
    if (values.kind === 'bool') return library.makeData({ ...there, type: type as InstanceType<Library['Bool']>, data: bits(values.octets, length) })
    if (dictionary !== undefined) return library.makeData({ ...there, type: type as InstanceType<Library['Dictionary']>, data: values.octets.subarray(0, length), dictionary })
    const numbers = type as InstanceType<Library['Uint64']>
    return library.makeData({ ...there, type: numbers, data: new numbers.ArrayType(buffer, 0, length) })
  }
  return library.makeData({ ...there, type: type as InstanceType<Library['Utf8']>, valueOffsets: values.offsets.subarray(0, length + 1), data: values.octets })
}

/** Eight an octet, the first in the lowest bit. */
function bits(flags: Uint8Array, length: number): Uint8Array {
  const octets = new Uint8Array((length + 7) >> 3)
  for (let i = 0; i < length; i++) if (flags[i] !== 0) octets[i >> 3] |= 1 << (i & 7)
  return octets
}

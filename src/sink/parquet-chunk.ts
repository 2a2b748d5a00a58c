import { ByteWriter } from 'hyparquet-writer'
import { writePageHeader } from 'hyparquet-writer/src/datapage.js'
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js'
import type { writeMetadata } from 'hyparquet-writer/src/metadata.js'

import type { ColumnInfo } from '../schema/schema.ts'
import type { Values } from './gathered.ts'
import { Lists } from './gathered-lists.ts'
import { Numbers } from './gathered-numbers.ts'
import { elementsOf } from './parquet-schema.ts'
import { encodeNumbers, encodeOctets, type Encoded } from './parquet-values.ts'
import { snappy } from './snappy.ts'

export type FileMetaData = Parameters<typeof writeMetadata>[1]
export type RowGroup = FileMetaData['row_groups'][number]
export type ColumnChunk = RowGroup['columns'][number]

/** How deep a value is nested, and how much of that is there. @source Parquet, "Nested Encoding" */
interface Levels {
  readonly repetition: Uint8Array | null
  readonly definition: Uint8Array | null
  readonly maxDefinition: number
  /** Values, nulls and empty lists. */
  readonly count: number
}

/** The values of a column in a row group: a page, and one of a dictionary before it where that is smaller. `start`: where it will lie in the file. */
export function columnChunk(info: ColumnInfo, values: Values, start: number): { readonly octets: Uint8Array; readonly chunk: ColumnChunk } {
  const levels = levelsOf(values)
  const leaf = values instanceof Lists ? values.items : values
  const { data, dictionary }: Encoded = leaf instanceof Numbers ? encodeNumbers(leaf, info.labels) : encodeOctets(leaf)
  const writer = new ByteWriter(data.length + 1024)
  let uncompressed = 0
  if (dictionary !== null) {
    uncompressed += page(writer, dictionary.octets, { type: 'DICTIONARY_PAGE', dictionary_page_header: { num_values: dictionary.entries, encoding: 'PLAIN' } })
  }
  const dataStart = start + writer.offset
  const encoding = dictionary === null ? 'PLAIN' : 'RLE_DICTIONARY'
  uncompressed += page(writer, withLevels(levels, data), { type: 'DATA_PAGE', data_page_header: { num_values: levels.count, encoding, definition_level_encoding: 'RLE', repetition_level_encoding: 'RLE' } })
  const elements = elementsOf(info)
  return {
    octets: writer.getBytes(),
    chunk: {
      file_offset: BigInt(start),
      meta_data: {
        type: elements.at(-1)!.type!, path_in_schema: elements.map(({ name }) => name), codec: 'SNAPPY',
        encodings: dictionary === null ? ['RLE', 'PLAIN'] : ['RLE', 'PLAIN', 'RLE_DICTIONARY'],
        num_values: BigInt(levels.count), total_uncompressed_size: BigInt(uncompressed), total_compressed_size: BigInt(writer.offset),
        data_page_offset: BigInt(dataStart), ...(dictionary !== null && { dictionary_page_offset: BigInt(start) }),
        ...(info.kind === 'time' && { statistics: bounds(leaf as Numbers) }),
      },
    },
  }
}

type PageHeader = Omit<Parameters<typeof writePageHeader>[1], 'uncompressed_page_size' | 'compressed_page_size'>

/** @returns how many octets it would take if it were not compressed */
function page(writer: ByteWriter, body: Uint8Array, header: PageHeader): number {
  const packed = snappy(body)
  const start = writer.offset
  writePageHeader(writer, { ...header, uncompressed_page_size: body.length, compressed_page_size: packed.length })
  const headed = writer.offset - start
  writer.appendBytes(packed)
  return headed + body.length
}

function levelsOf(values: Values): Levels {
  if (!(values instanceof Lists)) return { repetition: null, definition: values.present === null ? null : values.present.subarray(0, values.length), maxDefinition: 1, count: values.length }
  const { length, offsets, present, items } = values
  const repetition = new Uint8Array(length + items.length), definition = new Uint8Array(length + items.length)
  let count = 0
  for (let i = 0; i < length; i++) {
    const first = offsets[i], end = offsets[i + 1]
    // null, or a list of nothing
    if (first === end) definition[count++] = present[i]
    for (let k = first; k < end; k++) {
      repetition[count] = k === first ? 0 : 1
      definition[count++] = items.present === null ? 2 : 2 + items.present[k]
    }
  }
  return { repetition: repetition.subarray(0, count), definition: definition.subarray(0, count), maxDefinition: items.present === null ? 2 : 3, count }
}

function withLevels({ repetition, definition, maxDefinition }: Levels, data: Uint8Array): Uint8Array {
  if (definition === null) return data
  const writer = new ByteWriter(data.length + (definition.length >> 1) + 64)
  if (repetition !== null) runs(writer, repetition, 1)
  runs(writer, definition, maxDefinition === 1 ? 1 : 2)
  writer.appendBytes(data)
  return writer.getBytes()
}

function runs(writer: ByteWriter, levels: Uint8Array, width: number): void {
  const at = writer.index
  writer.appendUint32(0)
  const length = writeRleBitPackedHybrid(writer, levels, width)
  writer.view.setUint32(at, length, true)
}

/** The least and the greatest, by which readers leave row groups away. */
function bounds({ octets, length }: Numbers): { min_value: bigint; max_value: bigint; null_count: bigint } {
  const words = new Uint32Array(octets.buffer)
  const isLess = (a: number, b: number): boolean => words[a * 2 + 1] === words[b * 2 + 1] ? words[a * 2] < words[b * 2] : words[a * 2 + 1] < words[b * 2 + 1]
  let min = 0, max = 0
  for (let i = 1; i < length; i++) {
    if (isLess(i, min)) min = i
    if (isLess(max, i)) max = i
  }
  const values = new BigInt64Array(octets.buffer)
  return { min_value: values[min], max_value: values[max], null_count: 0n }
}

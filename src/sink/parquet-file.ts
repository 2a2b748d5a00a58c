import { ByteWriter } from 'hyparquet-writer'
import { writeMetadata } from 'hyparquet-writer/src/metadata.js'

import type { Schema } from '../schema/schema.ts'
import { Blocks } from './blocks.ts'
import type { Gathered } from './gathered.ts'
import { columnChunk, type RowGroup } from './parquet-chunk.ts'
import { parquetMetadata, parquetSchema } from './parquet-schema.ts'
import type { ByteTarget } from './target.ts'

/** @source Parquet, "File Format": four octets at the start and at the end */
const MAGIC = 0x31524150

/** A file of Parquet, written from its start to its end. */
export class ParquetFile {
  private readonly schema: Schema
  private readonly blocks: Blocks
  private readonly groups: RowGroup[] = []
  private records = 0
  /** Octets so far. */
  private size = 0

  constructor(target: ByteTarget, schema: Schema) {
    this.schema = schema
    this.blocks = new Blocks(target)
  }

  async begin(): Promise<void> {
    const writer = new ByteWriter()
    writer.appendUint32(MAGIC)
    await this.put(writer.getBytes())
  }

  /** Write a row group. */
  async add({ columns, length }: Gathered): Promise<void> {
    if (length === 0) return
    const start = this.size
    const chunks = []
    for (const [k, info] of this.schema.columns.entries()) {
      const { octets, chunk } = columnChunk(info, columns[k], this.size)
      chunks.push(chunk)
      await this.put(octets)
    }
    const uncompressed = chunks.reduce((sum, { meta_data }) => sum + meta_data!.total_uncompressed_size, 0n)
    this.groups.push({ columns: chunks, total_byte_size: uncompressed, total_compressed_size: BigInt(this.size - start), num_rows: BigInt(length) })
    this.records += length
  }

  /** Write the end. `close` must follow. */
  async end(): Promise<void> {
    const { columns } = this.schema
    const writer = new ByteWriter()
    writeMetadata(writer, {
      version: 2, created_by: 'weir', schema: parquetSchema(columns), num_rows: BigInt(this.records), row_groups: this.groups,
      key_value_metadata: parquetMetadata(columns), metadata_length: 0,
    })
    writer.appendUint32(MAGIC)
    await this.put(writer.getBytes())
    // without its end nobody can read a file
    this.blocks.records = this.records
  }

  close(): Promise<void> {
    return this.blocks.close()
  }

  private async put(octets: Uint8Array): Promise<void> {
    this.size += octets.length
    await this.blocks.put(octets)
  }
}

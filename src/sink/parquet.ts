import { ByteWriter } from 'hyparquet-writer'
import { writeMetadata } from 'hyparquet-writer/src/metadata.js'

import type { Batch, Schema } from '../schema/schema.ts'
import { Blocks } from './blocks.ts'
import { Gathered } from './gathered.ts'
import { openTarget } from './open.ts'
import { columnChunk, type RowGroup } from './parquet-chunk.ts'
import { parquetMetadata, parquetSchema } from './parquet-schema.ts'
import type { Sink } from './sink.ts'
import type { ByteTarget } from './target.ts'

/** Records of a row group. */
const GROUP = 1 << 16
/** @source Parquet, "File Format": four octets at the start and at the end */
const MAGIC = 0x31524150

/**
 * A sink that writes Apache Parquet: times as nanoseconds since the epoch, unsigned integers of their size, addresses as text, lists;
 * compressed with Snappy. What is known of the fields is in the file's metadata.
 * @param to a path, `-` for standard output, or a target of your own
 */
export function parquet(to: string | ByteTarget): Sink {
  let file: ParquetFile | null = null
  return {
    async open(schema: Schema) {
      file = new ParquetFile(typeof to === 'string' ? await openTarget(to) : to, schema)
      await file.begin()
    },
    async write(batch: Batch) {
      if (file === null) throw new TypeError('a sink is opened before it is written to')
      await file.write(batch)
    },
    async close() {
      await file?.close()
      file = null
    },
  }
}

class ParquetFile {
  private readonly schema: Schema
  private readonly blocks: Blocks
  private readonly gathered: Gathered
  private readonly groups: RowGroup[] = []
  private records = 0
  /** Octets so far. */
  private size = 0

  constructor(target: ByteTarget, schema: Schema) {
    this.schema = schema
    this.blocks = new Blocks(target)
    this.gathered = new Gathered(schema, GROUP)
  }

  async begin(): Promise<void> {
    const writer = new ByteWriter()
    writer.appendUint32(MAGIC)
    await this.put(writer.getBytes())
  }

  async write(batch: Batch): Promise<void> {
    for (let i = 0; i < batch.length;) {
      i = this.gathered.add(batch, i)
      if (this.gathered.length === GROUP) await this.endGroup()
    }
  }

  async close(): Promise<void> {
    try {
      await this.endGroup()
      await this.put(this.footer())
      // without its end nobody can read a file
      this.blocks.records = this.records
    } finally {
      await this.blocks.close()
    }
  }

  private async endGroup(): Promise<void> {
    const { columns } = this.schema
    const { length } = this.gathered
    if (length === 0) return
    const start = this.size
    const chunks = []
    for (const [k, info] of columns.entries()) {
      const { octets, chunk } = columnChunk(info, this.gathered.columns[k], this.size)
      chunks.push(chunk)
      await this.put(octets)
    }
    const uncompressed = chunks.reduce((sum, { meta_data }) => sum + meta_data!.total_uncompressed_size, 0n)
    this.groups.push({ columns: chunks, total_byte_size: uncompressed, total_compressed_size: BigInt(this.size - start), num_rows: BigInt(length) })
    this.records += length
    this.gathered.clear()
  }

  private footer(): Uint8Array {
    const { columns } = this.schema
    const writer = new ByteWriter()
    writeMetadata(writer, {
      version: 2, created_by: 'weir', schema: parquetSchema(columns), num_rows: BigInt(this.records), row_groups: this.groups,
      key_value_metadata: parquetMetadata(columns), metadata_length: 0,
    })
    writer.appendUint32(MAGIC)
    return writer.getBytes()
  }

  private async put(octets: Uint8Array): Promise<void> {
    this.size += octets.length
    await this.blocks.put(octets)
  }
}

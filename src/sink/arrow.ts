import type { RecordBatch, Schema as ArrowSchema, Vector } from 'apache-arrow'

import type { Batch, Schema } from '../schema/schema.ts'
import { arrowData, arrowSchema, dictionaryOf, type Library } from './arrow-schema.ts'
import { Blocks } from './blocks.ts'
import { Gathered } from './gathered.ts'
import { openTarget } from './open.ts'
import { loadPeer } from './peer.ts'
import type { Sink } from './sink.ts'
import type { ByteTarget } from './target.ts'

/** Records of a record batch in a file. */
const MANY = 1 << 16

/**
 * A sink that writes a file of Apache Arrow (IPC file format, Feather version 2), to be mapped into memory. It needs the package apache-arrow.
 * @param to a path, `-` for standard output, or a target of your own
 */
export function arrow(to: string | ByteTarget): Sink {
  return arrowSink(to, false)
}

/**
 * A sink that writes a stream of Apache Arrow (IPC streaming format): a reader has records as they come. It needs the package apache-arrow.
 * @param to a path, `-` for standard output, or a target of your own
 */
export function arrows(to: string | ByteTarget): Sink {
  return arrowSink(to, true)
}

function arrowSink(to: string | ByteTarget, isStream: boolean): Sink {
  let file: ArrowFile | null = null
  return {
    async open(schema: Schema) {
      const library = await loadPeer('apache-arrow', 'Arrow', () => import('apache-arrow'))
      file = new ArrowFile(library, typeof to === 'string' ? await openTarget(to) : to, schema, isStream)
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

/** What the library's writers make, in pieces, to be taken at once: their own queue would keep them. */
interface Pieces {
  readonly pieces: Uint8Array[]
  /** Write what stands before the first record batch. */
  begin(): void
  write(batch: RecordBatch): void
  finish(): void
}

class ArrowFile {
  private readonly library: Library
  private readonly schema: ArrowSchema
  private readonly dictionaries: readonly (Vector | undefined)[]
  private readonly writer: Pieces
  private readonly blocks: Blocks
  private readonly gathered: Gathered
  private readonly isStream: boolean
  private records = 0

  constructor(library: Library, target: ByteTarget, schema: Schema, isStream: boolean) {
    this.library = library
    this.schema = arrowSchema(library, schema)
    this.dictionaries = schema.columns.map((info) => (info.kind === 'oneOf' ? dictionaryOf(library, info) : undefined))
    this.writer = piecesOf(library, this.schema, isStream)
    this.blocks = new Blocks(target)
    this.gathered = new Gathered(schema, isStream ? MANY >> 4 : MANY)
    this.isStream = isStream
  }

  async begin(): Promise<void> {
    this.writer.begin()
    await this.put()
    this.blocks.offer()
  }

  async write(batch: Batch): Promise<void> {
    for (let i = 0; i < batch.length;) {
      i = this.gathered.add(batch, i)
      if (this.isStream || this.gathered.length === MANY) await this.endBatch()
    }
    if (this.isStream) this.blocks.offer()
  }

  async close(): Promise<void> {
    try {
      await this.endBatch()
      this.writer.finish()
      await this.put()
      // a file has no records without its end
      this.blocks.records = this.records
    } finally {
      await this.blocks.close()
    }
  }

  private async endBatch(): Promise<void> {
    const { gathered, library, schema } = this
    const { length } = gathered
    if (length === 0) return
    const children = gathered.columns.map((values, k) => arrowData(library, schema.fields[k].type, values, this.dictionaries[k]))
    this.writer.write(new library.RecordBatch(schema, library.makeData({ type: new library.Struct(schema.fields), length, nullCount: 0, children })))
    await this.put()
    this.records += length
    if (this.isStream) this.blocks.records = this.records
    gathered.clear()
  }

  private async put(): Promise<void> {
    for (const piece of this.writer.pieces.splice(0)) await this.blocks.put(piece)
  }
}

function piecesOf(library: Library, schema: ArrowSchema, isStream: boolean): Pieces {
  const pieces: Uint8Array[] = []
  const Base = isStream ? library.RecordBatchStreamWriter : library.RecordBatchFileWriter
  class Writer extends Base {
    readonly pieces = pieces
    begin(): void {
      this.reset(undefined, schema)
    }
    protected override _write(chunk: Uint8Array | ArrayBufferView): this {
      const piece = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      if (this._started && piece.length > 0) {
        pieces.push(piece)
        this._position += piece.length
      }
      return this
    }
  }
  return new Writer()
}

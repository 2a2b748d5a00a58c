import type { Batch, Schema } from '../schema/schema.ts'
import { Blocks } from './blocks.ts'
import { Lines, type LineFormat } from './lines.ts'
import { openTarget } from './open.ts'
import type { Sink } from './sink.ts'
import type { ByteTarget } from './target.ts'

/** A format that is lines of text. */
export interface TextFormat extends LineFormat {
  /** What stands before the first record; null for nothing. */
  readonly head: ((schema: Schema) => string) | null
}

/** A sink that writes a line a record. */
export function textSink(to: string | ByteTarget, format: TextFormat): Sink {
  let blocks: Blocks | null = null
  const prepared = new Map<number, Lines>()
  return {
    async open(schema: Schema) {
      blocks = new Blocks(typeof to === 'string' ? await openTarget(to) : to)
      if (format.head !== null) await blocks.put(Buffer.from(format.head(schema)))
    },
    async write(batch: Batch) {
      if (blocks === null) throw new TypeError('a sink is opened before it is written to')
      let lines = prepared.get(batch.id)
      if (lines === undefined) {
        // an observer has one or two batches; who makes new ones all the time shall not fill the memory
        if (prepared.size === 16) prepared.clear()
        prepared.set(batch.id, (lines = new Lines(batch, format)))
      }
      for (let i = 0; i < batch.length;) {
        const next = lines.write(blocks, i, batch.length)
        blocks.records += next - i
        i = next
        if (i < batch.length) await blocks.turn(lines.room(i))
      }
      blocks.offer()
    },
    async close() {
      await blocks?.close()
      blocks = null
    },
  }
}

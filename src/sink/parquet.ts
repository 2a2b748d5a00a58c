import type { Batch, Schema } from '../schema/schema.ts'
import { Gathered } from './gathered.ts'
import { openTarget } from './open.ts'
import type { ParquetFile } from './parquet-file.ts'
import type { Sink } from './sink.ts'
import type { ByteTarget } from './target.ts'

/** Records of a row group. */
export const GROUP = 1 << 16

/**
 * A sink that writes Apache Parquet: times as nanoseconds since the epoch, unsigned integers of their size, addresses as text, lists;
 * compressed with Snappy. What is known of the fields is in the file's metadata.
 * @param to a path, `-` for standard output, or a target of your own
 */
export function parquet(to: string | ByteTarget): Sink {
  let file: ParquetFile | null = null
  let gathered: Gathered | null = null
  return {
    async open(schema: Schema) {
      // the library behind it is loaded when it is needed
      const library = await import('./parquet-file.ts')
      file = new library.ParquetFile(typeof to === 'string' ? await openTarget(to) : to, schema)
      gathered = new Gathered(schema, GROUP)
      await file.begin()
    },
    async write(batch: Batch) {
      if (file === null || gathered === null) throw new TypeError('a sink is opened before it is written to')
      for (let i = 0; i < batch.length;) {
        i = gathered.add(batch, i)
        if (gathered.length < GROUP) continue
        await file.add(gathered)
        gathered.clear()
      }
    },
    async close() {
      try {
        if (file !== null && gathered !== null) await file.add(gathered)
        await file?.end()
      } finally {
        await file?.close()
        file = gathered = null
      }
    },
  }
}

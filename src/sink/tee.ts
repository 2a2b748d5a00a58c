import type { Batch, Schema } from '../schema/schema.ts'
import type { Sink } from './sink.ts'

/** A sink that hands every batch to each of several. The slowest of them says how fast it goes; the first that fails ends it. */
export function tee(sinks: readonly Sink[]): Sink {
  let opened: readonly Sink[] = []
  return {
    async open(schema: Schema) {
      for (const [k, sink] of sinks.entries()) {
        opened = sinks.slice(0, k + 1)
        await sink.open(schema)
      }
    },
    async write(batch: Batch) {
      // the batch is theirs until the last has done with it
      rethrow(await Promise.allSettled(sinks.map(async (sink) => sink.write(batch))))
    },
    async close() {
      rethrow(await Promise.allSettled(opened.map(async (sink) => sink.close())))
    },
  }
}

function rethrow(results: readonly PromiseSettledResult<void>[]): void {
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

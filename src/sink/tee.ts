import { SinkError } from '../errors.ts'
import type { Ledger } from '../ledger.ts'
import type { Batch, Schema } from '../schema/schema.ts'
import type { Sink } from './sink.ts'

/**
 * A sink that hands every batch to each of several. The slowest of them says how fast it goes; the first that fails ends it, save that
 * where the reader of a pipe has seen enough the others go on.
 */
export function tee(sinks: readonly Sink[]): Sink {
  let opened: readonly Sink[] = []
  return {
    async open(schema: Schema, ledger?: Ledger) {
      for (const [k, sink] of sinks.entries()) {
        opened = sinks.slice(0, k + 1)
        await sink.open(schema, ledger)
      }
    },
    async write(batch: Batch) {
      const results = await settled(opened, (sink) => sink.write(batch))
      const gone = opened.filter((_, k) => isReaderGone(results[k]))
      if (gone.length > 0 && gone.length < opened.length) {
        opened = opened.filter((sink) => !gone.includes(sink))
        await settled(gone, (sink) => sink.close())
        rethrow(results.filter((result) => !isReaderGone(result)))
      } else rethrow(results)
    },
    async close() {
      const results = await settled(opened, (sink) => sink.close())
      rethrow(results.filter((result) => !isReaderGone(result)))
      rethrow(results)
    },
  }
}

/** Wait until all have done with it: a batch is theirs until then. */
function settled(sinks: readonly Sink[], does: (sink: Sink) => void | Promise<void>): Promise<PromiseSettledResult<void>[]> {
  return Promise.allSettled(sinks.map(async (sink) => does(sink)))
}

function isReaderGone(result: PromiseSettledResult<void>): boolean {
  return result.status === 'rejected' && result.reason instanceof SinkError && result.reason.code === 'WEIR_SINK_CLOSED'
}

function rethrow(results: readonly PromiseSettledResult<void>[]): void {
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

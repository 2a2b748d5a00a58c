import { createRequire } from 'node:module'
import { ReadableStream } from 'node:stream/web'

import { Truncated } from './decoded-reader.ts'

// of what it exports Node sees no names, and its types know no default
const { XzReadableStream } = createRequire(import.meta.url)('xz-decompress') as typeof import('xz-decompress')

/** xz where the system has no xz. */
export async function* decodeXz(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let wasAll = false
  const iterator = pieces[Symbol.asyncIterator]()
  const stored = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await iterator.next()
      wasAll = done === true
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
  })
  const reader = (new XzReadableStream(stored as never) as unknown as ReadableStream<Uint8Array>).getReader()
  for (;;) {
    const { value, done } = await reader.read().catch((error: unknown) => {
      throw wasAll ? new Truncated() : error
    })
    if (done) return
    // its memory is WebAssembly's
    yield value.slice()
  }
}

import { ReadableStream } from 'node:stream/web'
import { XzReadableStream } from 'xz-decompress'

import { Truncated } from './decoded-reader.ts'

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

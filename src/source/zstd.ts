import { Decompress, ZstdErrorCode, type ZstdError } from 'fzstd'

import { Truncated } from './decoded-reader.ts'

/** Zstandard (RFC 8878) where the system has no zstd. Checksums are not verified. */
export async function* decodeZstd(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const output: Uint8Array[] = []
  const decompress = new Decompress(chunk => output.push(chunk))
  const decode = function* (piece: Uint8Array, isLast: boolean): Generator<Uint8Array> {
    let failure: unknown = null
    try {
      decompress.push(piece, isLast)
    } catch (error) {
      failure = (error as ZstdError).code === ZstdErrorCode.UnexpectedEOF ? new Truncated() : error
    }
    yield* output.splice(0)
    if (failure !== null) throw failure
  }
  for await (const piece of pieces) yield* decode(piece, false)
  yield* decode(new Uint8Array(0), true)
}

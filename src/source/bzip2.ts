import { Truncated } from './decoded-reader.ts'

/** bzip2 where the system has no bzip2. */
export async function* decodeBzip2(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { default: unbzip2 } = await import('unbzip2-stream')
  const decompress = unbzip2()
  const output: Uint8Array[] = []
  let failure: Error | null = null
  // a stream of Node's first kind: it says all before `write` returns
  decompress.on('data', (chunk: Uint8Array) => output.push(chunk))
  decompress.on('error', (error: Error) => (failure ??= error))
  const said = function* (): Generator<Uint8Array> {
    yield* output.splice(0)
    if (failure === null) return
    // where octets are missing it reads on in a buffer that is not there
    throw failure instanceof TypeError || /prematurely/.test(failure.message) ? new Truncated() : failure
  }
  for await (const piece of pieces) {
    decompress.write(Buffer.from(piece.buffer, piece.byteOffset, piece.length))
    yield* said()
  }
  decompress.end()
  yield* said()
}

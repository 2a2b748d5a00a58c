import type { Readable } from 'node:stream'

import { SourceError } from '../errors.ts'
import type { ByteReader } from './byte-reader.ts'

const NOTHING = new Uint8Array(0)

/** Standard input, a named pipe, or any other stream of octets. */
export class StreamReader implements ByteReader {
  readonly size = null
  readonly compressed = false
  position = 0
  readonly #name: string
  readonly #stream: Readable
  /** What the stream gave and no `read` had room for. */
  #left: Uint8Array = NOTHING
  #ended = false
  #error: Error | null = null
  #wake: (() => void) | null = null

  constructor(name: string, stream: Readable) {
    this.#name = name
    this.#stream = stream
    stream.on('readable', () => this.#wake?.())
    stream.on('end', () => this.#end())
    stream.on('close', () => this.#end())
    stream.on('error', error => {
      this.#error ??= error
      this.#end()
    })
  }

  async read(target: Uint8Array): Promise<number> {
    for (;;) {
      const octets = this.#take(target)
      if (octets > 0) return octets
      if (this.#error !== null) {
        throw new SourceError('WEIR_SOURCE_READ', `${this.#name}: cannot be read: ${this.#error.message}`, { cause: this.#error })
      }
      if (this.#ended) return 0
      await new Promise<void>(wake => (this.#wake = wake))
    }
  }

  rewind(): boolean {
    return false
  }

  async close(): Promise<void> {
    this.#left = NOTHING
    this.#end()
    this.#stream.destroy()
  }

  #end(): void {
    this.#ended = true
    this.#wake?.()
  }

  #take(target: Uint8Array): number {
    let at = 0
    while (at < target.length) {
      if (this.#left.length === 0) {
        const chunk = this.#stream.read() as Uint8Array | null
        if (chunk === null) break
        this.#left = chunk
      }
      const part = this.#left.subarray(0, target.length - at)
      target.set(part, at)
      at += part.length
      this.#left = this.#left.subarray(part.length)
    }
    this.position += at
    return at
  }
}

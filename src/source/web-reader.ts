import { SourceError } from '../errors.ts'
import type { ByteReader } from './byte-reader.ts'

/** A `ReadableStream` of octets, as `fetch` gives, or a `Blob` or `File`. */
export type OctetStream = ReadableStream<Uint8Array> | Blob

const NOTHING = new Uint8Array(0)

/** Octets of the web platform's streams. */
export class WebReader implements ByteReader {
  readonly size: number | null
  readonly compressed = false
  readonly stored: boolean
  position = 0
  readonly #name: string
  readonly #blob: Blob | null
  #reader: ReadableStreamDefaultReader<Uint8Array>
  /** What no `read` had room for. */
  #left: Uint8Array = NOTHING
  #closed = false

  constructor(name: string, from: OctetStream) {
    this.#name = name
    this.#blob = 'stream' in from ? from : null
    this.size = this.#blob?.size ?? null
    this.stored = this.#blob !== null
    this.#reader = ('stream' in from ? (from.stream() as unknown as ReadableStream<Uint8Array>) : from).getReader()
  }

  async read(target: Uint8Array): Promise<number> {
    while (this.#left.length === 0) {
      if (this.#closed) return 0
      const { value, done } = await this.#next()
      if (done || this.#closed) return 0
      this.#left = value
    }
    const part = this.#left.subarray(0, target.length)
    target.set(part)
    this.#left = this.#left.subarray(part.length)
    this.position += part.length
    return part.length
  }

  rewind(): boolean {
    if (this.#blob === null || this.#closed) return false
    void this.#reader.cancel().catch(() => undefined)
    this.#reader = (this.#blob.stream() as unknown as ReadableStream<Uint8Array>).getReader()
    this.#left = NOTHING
    this.position = 0
    return true
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#left = NOTHING
    // a stream that never ends its cancellation must not hold the observer
    void this.#reader.cancel().catch(() => undefined)
  }

  async #next(): Promise<{ value: Uint8Array; done: false } | { value?: Uint8Array; done: true }> {
    try {
      const { value, done } = await this.#reader.read()
      if (done) return { done }
      if (!(value instanceof Uint8Array)) throw new TypeError('it gives no Uint8Array')
      return { value, done }
    } catch (cause) {
      throw new SourceError('WEIR_SOURCE_READ', `${this.#name}: cannot be read: ${(cause as Error).message}`, { cause })
    }
  }
}

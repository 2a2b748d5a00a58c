import { CaptureError, WeirError } from '../errors.ts'
import type { ByteReader } from './byte-reader.ts'

/** Decompresses octets that come in pieces. It throws `Truncated` where they end too early, and whatever it likes where they are corrupt. */
export type Decoder = (pieces: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>

/** What is compressed ends in the middle. */
export class Truncated extends Error {}

/** Compressed octets read at a time. */
const STORED = 256 << 10

/** What a reader holds, as a decoder decompresses it. */
export class DecodedReader implements ByteReader {
  readonly compressed = true
  readonly #name: string
  readonly #how: string
  readonly #reader: ByteReader
  readonly #decoded: AsyncIterator<Uint8Array>
  /** What no `read` had room for. */
  #left: Uint8Array = new Uint8Array(0)
  #given = 0
  #ended = false

  constructor(name: string, how: string, reader: ByteReader, decoder: Decoder) {
    this.#name = name
    this.#how = how
    this.#reader = reader
    this.#decoded = decoder(piecesOf(reader))[Symbol.asyncIterator]()
  }

  read(target: Uint8Array): number | Promise<number> {
    return this.#left.length === 0 ? this.#wait(target) : this.#take(target)
  }

  async #wait(target: Uint8Array): Promise<number> {
    while (this.#left.length === 0) {
      if (this.#ended) return 0
      const { value, done } = await this.#next()
      if (done === true) this.#ended = true
      else this.#left = value
    }
    return this.#take(target)
  }

  #take(target: Uint8Array): number {
    const part = this.#left.subarray(0, target.length)
    target.set(part)
    this.#left = this.#left.subarray(part.length)
    this.#given += part.length
    return part.length
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    try {
      return await this.#decoded.next()
    } catch (error) {
      this.#ended = true
      if (error instanceof WeirError) throw error
      throw error instanceof Truncated ? cutShort(this.#name, this.#how, this.#given, error) : corrupt(this.#name, this.#how, this.#given, error)
    }
  }

  rewind(): boolean {
    return false
  }

  async close(): Promise<void> {
    this.#ended = true
    this.#left = new Uint8Array(0)
    await this.#reader.close()
    await this.#decoded.return?.()
  }

  get position(): number {
    return this.#reader.position
  }

  get size(): number | null {
    return this.#reader.size
  }

  get stored(): boolean {
    return this.#reader.stored
  }
}

/** @param at octets that were decompressed before. */
export function cutShort(name: string, how: string, at: number, cause: unknown): CaptureError {
  return new CaptureError('WEIR_CAPTURE_CUT', `${name}: ${how} ends early: it is cut`, at, { cause })
}

export function corrupt(name: string, how: string, at: number, cause: unknown): CaptureError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new CaptureError('WEIR_CAPTURE_CORRUPT', `${name}: ${how} is corrupt: ${why}`, at, { cause })
}

/** What a reader gives until its end. A piece stays as it is. */
export async function* piecesOf(reader: ByteReader): AsyncGenerator<Uint8Array> {
  for (;;) {
    const piece = new Uint8Array(STORED)
    const octets = await reader.read(piece)
    if (octets === 0) return
    yield piece.subarray(0, octets)
  }
}

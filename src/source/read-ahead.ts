import { OptionError, SourceError, WeirError } from '../errors.ts'
import type { ByteReader } from './byte-reader.ts'

/** @unit octets */
export const DEFAULT_CHUNK = 4 << 20
/**
 * Of a file that is read at once: what fits into the processor's second cache together with the flows, so that the packets are still there when
 * they are parsed. @unit octets
 */
const FILE_CHUNK = 256 << 10
const LARGEST_CHUNK = 16 << 20
/** Room for the rest of a record that a chunk cut in two; grows where a record is longer. */
const HEADROOM = 64 << 10

const NO_BYTES = new Uint8Array(0)
const NO_VIEW = new DataView(NO_BYTES.buffer)

interface Chunk {
  bytes: Uint8Array
  view: DataView
  /** Where the octets that were read begin. */
  headroom: number
  /** Where they end. */
  end: number
}

/**
 * A window that moves over a reader; a record is never in two pieces: `refill` puts what was not parsed in front of the next chunk. What
 * the window shows stays untouched until the following `refill`.
 *
 * Of a reader that waits, the next chunk is read into the other of two buffers while the octets from `at` to `end` are parsed. A file
 * is read into one small buffer, at the moment it is needed: measured, that is faster than on another thread, whose octets come from
 * another core's cache (docs/decisions/reading-files.md); the system reads ahead of it.
 */
export class ReadAhead {
  bytes: Uint8Array = NO_BYTES
  /** The same memory as `bytes`. */
  view: DataView = NO_VIEW
  /** The first octet not parsed. The parser moves it. */
  at = 0
  end = 0
  /** Octets of the reader that the window has shown, as they are stored. @unit octets */
  position = 0
  /** Why reading ended early. */
  failure: WeirError | null = null

  readonly #reader: ByteReader
  readonly #chunkSize: number
  #shown: Chunk | null = null
  #next: Chunk | null = null
  #reading: Promise<number> | null = null
  /** Octets that were read before `end`. */
  #before: number
  #ended = false

  /**
   * @param chunkSize octets to read at a time. @range 1-16777216
   * @param taken octets that were read from the reader already, and are not shown.
   * @throws OptionError
   */
  constructor(reader: ByteReader, chunkSize = reader.readNow === undefined ? DEFAULT_CHUNK : FILE_CHUNK, taken = 0) {
    if (!(Number.isInteger(chunkSize) && chunkSize >= 1 && chunkSize <= LARGEST_CHUNK)) {
      throw new OptionError('WEIR_OPTION_CHUNK_SIZE', `chunkSize is ${chunkSize}; it must be an integer from 1 to ${LARGEST_CHUNK}`)
    }
    this.#reader = reader
    this.#before = taken
    const enough = reader.size === null || reader.compressed ? LARGEST_CHUNK : Math.max(reader.size, 4096)
    this.#chunkSize = Math.min(chunkSize, enough)
  }

  /** Of the octet at `at`, from the first the reader gave. @unit octets */
  get offset(): number {
    return this.#before - (this.end - this.at)
  }

  get stored(): boolean {
    return this.#reader.readNow !== undefined
  }

  get size(): number | null {
    return this.#reader.size
  }

  /** Wait for the next chunk. @returns false at the end; what was not parsed is then still in the window. */
  async refill(): Promise<boolean> {
    if (this.#ended) return false
    if (this.#reader.readNow !== undefined) return this.#refillNow()
    const octets = await (this.#reading ?? this.#read())
    this.#reading = null
    if (this.#ended) return false
    if (octets === 0) {
      this.#ended = true
      return false
    }
    this.#show(this.#next!, octets)
    this.#reading = this.#read()
    return true
  }

  #refillNow(): boolean {
    const unparsed = this.end - this.at
    let chunk = (this.#shown ??= newChunk(Math.min(HEADROOM, this.#chunkSize), this.#chunkSize))
    if (unparsed > chunk.headroom) {
      chunk = newChunk(Math.max(unparsed, 2 * chunk.headroom), this.#chunkSize)
      chunk.bytes.set(this.bytes.subarray(this.at, this.end), chunk.headroom - unparsed)
      this.#shown = chunk
    } else {
      chunk.bytes.copyWithin(chunk.headroom - unparsed, this.at, this.end)
    }
    this.bytes = chunk.bytes
    this.view = chunk.view
    this.at = chunk.headroom - unparsed
    this.end = chunk.headroom
    let octets = 0
    try {
      octets = this.#reader.readNow!(chunk.bytes.subarray(chunk.headroom, chunk.headroom + this.#chunkSize))
    } catch (error) {
      this.failure = asReadError(error)
    }
    this.end += octets
    this.#before += octets
    this.position = this.#reader.position
    if (octets === 0) this.#ended = true
    return octets > 0
  }

  async close(): Promise<void> {
    this.#ended = true
    this.at = this.end = 0
    this.bytes = NO_BYTES
    this.view = NO_VIEW
    await this.#reader.close()
    await this.#reading
    this.#reading = this.#shown = this.#next = null
  }

  #show(next: Chunk, octets: number): void {
    const unparsed = this.end - this.at
    const chunk = unparsed <= next.headroom ? next : withHeadroom(next, unparsed)
    const start = chunk.headroom - unparsed
    chunk.bytes.set(this.bytes.subarray(this.at, this.end), start)
    this.#next = this.#shown
    this.#shown = chunk
    this.bytes = chunk.bytes
    this.view = chunk.view
    this.at = start
    this.end = chunk.end
    this.#before += octets
    this.position = this.#reader.position
  }

  /** Never rejects: the next `refill` may be long in coming, or never come. */
  async #read(): Promise<number> {
    const chunk = (this.#next ??= newChunk(Math.min(HEADROOM, this.#chunkSize), this.#chunkSize))
    try {
      const octets = await this.#reader.read(chunk.bytes.subarray(chunk.headroom, chunk.headroom + this.#chunkSize))
      chunk.end = chunk.headroom + octets
      return octets
    } catch (error) {
      this.failure = asReadError(error)
      return 0
    }
  }
}

function asReadError(error: unknown): WeirError {
  return error instanceof WeirError ? error : new SourceError('WEIR_SOURCE_READ', String(error), { cause: error })
}

function newChunk(headroom: number, size: number): Chunk {
  const buffer = new ArrayBuffer(headroom + size)
  return { bytes: new Uint8Array(buffer), view: new DataView(buffer), headroom, end: headroom }
}

/** The same octets behind more room: twice as much at least, so that a long record is not copied at every refill. */
function withHeadroom(chunk: Chunk, needed: number): Chunk {
  const headroom = Math.max(needed, 2 * chunk.headroom)
  const larger = newChunk(headroom, chunk.bytes.length - chunk.headroom)
  larger.bytes.set(chunk.bytes.subarray(chunk.headroom, chunk.end), headroom)
  larger.end = headroom + chunk.end - chunk.headroom
  return larger
}

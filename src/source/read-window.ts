import { OptionError, SourceError, WeirError } from '../errors.ts'
import type { FrameWindow } from '../packet/frame-window.ts'
import type { ByteReader } from './byte-reader.ts'

/**
 * What is read at a time: it fits into the processor's second cache together with the flows, so that the packets are still there when
 * they are parsed. @unit octets
 */
const DEFAULT_CHUNK = 256 << 10
const LARGEST_CHUNK = 16 << 20
/** How many times as much is read ahead: each time the event loop turns once. */
const AHEAD = 4
/** Room for the rest of a record that a chunk cut in two; grows where a record is longer. */
const HEADROOM = 64 << 10

const NO_BYTES = new Uint8Array(0)
const NO_VIEW = new DataView(NO_BYTES.buffer)

/**
 * A window that moves over a reader; a record is never in two pieces: `refill` puts what was not parsed in front of what is read next. What
 * the window shows stays untouched until the following `refill`.
 *
 * Into memory that the observer lends, a file is read ahead on another thread: one place of it is read into while the other is parsed. A window's own
 * memory is one small buffer, read into at the moment it is needed: of many captures that are merged, each has one (docs/decisions/reading-files.md). What
 * else has to be ahead is so in front of this: a pipe and the program that writes it, or zlib.
 */
export class ReadWindow {
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
  /** Where what is read is put. */
  #headroom: number
  /** Octets that were read before `end`. */
  #before: number
  #ended = false
  /** Memory of the observer's, to be read into where records fit. */
  #lent: FrameWindow | null = null
  /** The read that is under way, and into which place of what is lent. */
  #ahead: Promise<number> | null = null
  #place = 0

  /**
   * @param chunkSize octets to read at a time. @range 1-16777216
   * @param taken octets that were read from the reader already, and are not shown.
   * @throws OptionError
   */
  constructor(reader: ByteReader, chunkSize = DEFAULT_CHUNK, taken = 0) {
    if (!(Number.isInteger(chunkSize) && chunkSize >= 1 && chunkSize <= LARGEST_CHUNK)) {
      throw new OptionError('WEIR_OPTION_CHUNK_SIZE', `chunkSize is ${chunkSize}; it must be an integer from 1 to ${LARGEST_CHUNK}`)
    }
    this.#reader = reader
    this.#before = taken
    const enough = reader.size === null || reader.compressed ? LARGEST_CHUNK : Math.max(reader.size, 4096)
    this.#chunkSize = Math.min(chunkSize, enough)
    this.#headroom = Math.min(HEADROOM, this.#chunkSize)
  }

  /** Of the octet at `at`, from the first the reader gave. @unit octets */
  get offset(): number {
    return this.#before - (this.end - this.at)
  }

  get stored(): boolean {
    return this.#reader.stored
  }

  get size(): number | null {
    return this.#reader.size
  }

  /** Read into this memory from the next `refill` on, as long as records fit into its headroom. @returns true when that is what the window shows */
  use(lent: FrameWindow): boolean {
    this.#lent = lent
    return this.view === lent.view || this.at === this.end
  }

  /**
   * Read on: at once where the reader can.
   * @param ended told at the end; what was not parsed is then still in the window. @returns false at the end
   */
  refill(ended = (): void => undefined): boolean | Promise<boolean> {
    if (this.#ended) return this.#took(0, ended)
    if (this.#ahead !== null) return this.#ahead.then((octets) => this.#turn(octets, ended))
    this.#move()
    let octets: number | Promise<number>
    try {
      octets = this.#reader.read(this.bytes.subarray(this.end, this.end + this.#chunkSize))
    } catch (error) {
      octets = this.#failed(error)
    }
    return typeof octets === 'number' ? this.#took(octets, ended) : octets.catch(this.#failed).then((read) => this.#took(read, ended))
  }

  async close(): Promise<void> {
    this.#ended = true
    this.at = this.end = 0
    this.bytes = NO_BYTES
    this.view = NO_VIEW
    await this.#reader.close()
  }

  readonly #failed = (error: unknown): number => {
    this.failure = asReadError(error)
    return 0
  }

  /** The other place was read into: go there. */
  #turn(octets: number, ended: () => void): boolean {
    this.#ahead = null
    if (this.#ended) return this.#took(0, ended)
    const { bytes } = this
    const read = this.#lent!.places[this.#place]
    this.#move(octets, this.#place)
    // the rest of a record did not fit in front of it: to the window's own memory, with what was read
    if (this.bytes !== bytes) this.bytes.set(bytes.subarray(read, read + octets), this.end)
    return this.#took(octets, ended)
  }

  /** Where the observer's memory is read into, go on reading into its other place. */
  #goAhead(): void {
    const { size } = this.#reader
    const lent = this.#lent
    if (lent === null || this.bytes !== lent.bytes || size === null || this.position >= size) return
    const place = 1 - this.#place
    const from = lent.places[place]
    const octets = Math.min(lent.chunk, AHEAD * this.#chunkSize)
    const ahead = this.#reader.readAhead?.(this.bytes.subarray(from, from + octets)) ?? null
    if (ahead === null) return
    this.#place = place
    this.#ahead = ahead.catch(this.#failed)
  }

  #took(octets: number, ended: () => void): boolean {
    // it may have been closed meanwhile
    if (!this.#ended) {
      this.end += octets
      this.#before += octets
      this.position = this.#reader.position
      this.#ended = octets === 0
      if (!this.#ended) {
        this.#goAhead()
        return true
      }
    }
    ended()
    return false
  }

  /** Put what was not parsed in front of where the next octets go. @param octets room for so many @param place of what is lent, where that is used */
  #move(octets = this.#chunkSize, place = 0): void {
    const { bytes, at, end } = this
    const unparsed = end - at
    // twice as much at least, so that a long record does not have the buffer made anew at every refill
    if (unparsed > this.#headroom) this.#headroom = Math.max(unparsed, 2 * this.#headroom)
    const lent = this.#lent
    let to = this.#headroom
    if (lent !== null && this.#headroom <= lent.headroom && octets <= lent.chunk) {
      this.#headroom = lent.headroom
      this.#place = place
      to = lent.places[place]
      if (bytes === lent.bytes) bytes.copyWithin(to - unparsed, at, end)
      else lent.bytes.set(bytes.subarray(at, end), to - unparsed)
      this.bytes = lent.bytes
      this.view = lent.view
    } else if (bytes.length < to + octets || bytes === lent?.bytes) {
      const buffer = new ArrayBuffer(to + octets)
      this.bytes = new Uint8Array(buffer)
      this.view = new DataView(buffer)
      this.bytes.set(bytes.subarray(at, end), to - unparsed)
    } else {
      bytes.copyWithin(to - unparsed, at, end)
    }
    this.at = to - unparsed
    this.end = to
  }
}

function asReadError(error: unknown): WeirError {
  return error instanceof WeirError ? error : new SourceError('WEIR_SOURCE_READ', String(error), { cause: error })
}

import { createGunzip, type Gunzip } from 'node:zlib'

import { CaptureError } from '../errors.ts'
import type { ByteReader } from './byte-reader.ts'

/** Compressed octets given to zlib at a time: as long as one is parsed, it works at the next. At each further reading they are smaller. */
const PIECES = [512 << 10, 1 << 10, 1]
/** The same of a pipe: there is no further reading, and what a piece has before an error is lost. */
const PIECE_OF_PIPE = 64 << 10
/** Compressed octets read at a time. */
const STORED = 1 << 20
/** Room for what a piece becomes, so that it rarely takes zlib more than one turn. */
const OUTPUT = 1 << 20
/** Decompressed octets that are held; more must wait. A piece may become a thousand times as large. */
const MOST = 4 << 20

/**
 * RFC 1952: one or more members, one after the other; zeros after the last are padding.
 *
 * zlib keeps what it decompressed in the very call that finds an error. Where the compressed octets can be read twice, they then
 * are, the last piece in ever smaller ones, at last octet by octet: every octet before the fault comes out.
 */
export class GzipReader implements ByteReader {
  readonly compressed = true
  readonly #name: string
  readonly #reader: ByteReader
  /** Compressed octets that were read and not yet given to zlib. */
  readonly #stored = new Uint8Array(STORED)
  #at = 0
  #end = 0
  #gunzip: Gunzip
  /** Decompressed octets that no `read` had room for, and how many they are. */
  #output: Uint8Array[] = []
  #kept = 0
  /** Zlib is in the middle of a piece, and waits. */
  #held = false
  /** Compressed octets that zlib took without an error. */
  #taken = 0
  /** Decompressed octets that came out; what was given away before a second reading comes out again. */
  #given = 0
  #skip = 0
  /** Where zlib found an error, in compressed octets, and what it is given at a time from there on. */
  #careful = 0
  #step = 0
  #failure: CaptureError | null = null
  #ended = false
  #settle: (() => void) | null = null
  #feeding: Promise<void> | null = null

  constructor(name: string, reader: ByteReader) {
    this.#name = name
    this.#reader = reader
    this.#gunzip = this.#open()
  }

  read(target: Uint8Array): number | Promise<number> {
    return this.#output.length === 0 ? this.#wait(target) : this.#take(target)
  }

  async #wait(target: Uint8Array): Promise<number> {
    while (this.#output.length === 0) {
      if (this.#failure !== null) throw this.#failure
      if (this.#ended) return 0
      await (this.#feeding ?? this.#feed())
      this.#feeding = null
    }
    // zlib works on while this is parsed; what is wrong with it is for the next who waits
    if (this.#failure === null && !this.#ended) (this.#feeding = this.#feed()).catch(() => undefined)
    return this.#take(target)
  }

  rewind(): boolean {
    return false
  }

  async close(): Promise<void> {
    this.#ended = true
    this.#output = []
    this.#gunzip.destroy()
    this.#settle?.()
    await this.#reader.close()
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

  #open(): Gunzip {
    const gunzip = createGunzip({ chunkSize: OUTPUT })
    gunzip.on('data', (chunk: Uint8Array) => this.#keep(chunk))
    gunzip.on('end', () => {
      this.#ended = true
      this.#settle?.()
    })
    gunzip.on('error', (error: NodeJS.ErrnoException) => this.#fail(error))
    return gunzip
  }

  /** Give zlib another piece. Settled when it has taken it, or holds so much that some must be read first. */
  async #feed(): Promise<void> {
    if (this.#held) {
      this.#held = false
      return new Promise(settle => {
        this.#settle = settle
        this.#gunzip.resume()
      })
    }
    if (this.#at === this.#end) {
      this.#at = 0
      this.#end = await this.#reader.read(this.#stored)
      if (this.#ended) return
    }
    const largest = this.stored ? PIECES[0] : PIECE_OF_PIPE
    const room = this.#taken < this.#careful ? this.#careful - this.#taken : PIECES[this.#step]
    const octets = Math.min(this.#end - this.#at, room, largest)
    const piece = this.#stored.subarray(this.#at, this.#at + octets)
    const gunzip = this.#gunzip
    await new Promise<void>(settle => {
      this.#settle = settle
      // The last piece and the end must be two calls: at the end zlib reports a cut member, and keeps what it decompressed until then
      if (octets === 0) gunzip.end()
      else gunzip.write(piece, error => !error && this.#took(octets))
    })
  }

  #took(octets: number): void {
    this.#at += octets
    this.#taken += octets
    if (this.#held) {
      this.#held = false
      this.#gunzip.resume()
    }
    this.#settle?.()
  }

  #keep(chunk: Uint8Array): void {
    const known = Math.min(this.#skip, chunk.length)
    this.#skip -= known
    if (known === chunk.length) return
    this.#output.push(chunk.subarray(known))
    this.#given += chunk.length - known
    this.#kept += chunk.length - known
    if (this.#kept < MOST) return
    this.#held = true
    this.#gunzip.pause()
    this.#settle?.()
  }

  #fail(error: NodeJS.ErrnoException): void {
    const cut = error.code === 'Z_BUF_ERROR'
    if (!cut && this.#step + 1 < PIECES.length && this.#reader.rewind()) {
      this.#step++
      this.#careful = this.#taken
      this.#skip = this.#given
      this.#taken = this.#at = this.#end = 0
      this.#gunzip = this.#open()
    } else {
      this.#failure = cut
        ? new CaptureError('WEIR_CAPTURE_CUT', `${this.#name}: gzip ends early: its last member is cut`, this.#given, { cause: error })
        : new CaptureError('WEIR_CAPTURE_CORRUPT', `${this.#name}: gzip is corrupt: ${error.message}`, this.#given, { cause: error })
    }
    this.#settle?.()
  }

  #take(target: Uint8Array): number {
    let at = 0
    while (at < target.length && this.#output.length > 0) {
      const chunk = this.#output[0]
      const part = chunk.subarray(0, target.length - at)
      target.set(part, at)
      at += part.length
      if (part.length === chunk.length) this.#output.shift()
      else this.#output[0] = chunk.subarray(part.length)
    }
    this.#kept -= at
    return at
  }
}

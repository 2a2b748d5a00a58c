import { close, read, readSync } from 'node:fs'

import { SourceError } from '../errors.ts'
import type { ByteReader } from './byte-reader.ts'

/** A regular file by its descriptor. */
export class FileReader implements ByteReader {
  readonly size: number
  readonly compressed = false
  position = 0
  readonly #name: string
  readonly #descriptor: number
  readonly #inherited: boolean
  #closed = false
  #reading: Promise<number> | null = null

  /** @param inherited the file was opened by somebody else (standard input): it is read from where it stands, and left open. */
  constructor(name: string, descriptor: number, size: number, inherited = false) {
    this.#name = name
    this.#descriptor = descriptor
    this.size = size
    this.#inherited = inherited
  }

  async read(target: Uint8Array): Promise<number> {
    if (this.#closed) return 0
    this.#reading = readAt(this.#descriptor, target, this.#inherited ? null : this.position)
    try {
      const octets = await this.#reading
      this.position += octets
      return octets
    } catch (cause) {
      throw this.#cannotRead(cause)
    } finally {
      this.#reading = null
    }
  }

  readNow(target: Uint8Array): number {
    if (this.#closed) return 0
    try {
      const octets = readSync(this.#descriptor, target, 0, target.length, this.#inherited ? null : this.position)
      this.position += octets
      return octets
    } catch (cause) {
      throw this.#cannotRead(cause)
    }
  }

  get path(): string | undefined {
    return this.#inherited ? undefined : this.#name
  }

  rewind(): boolean {
    if (this.#inherited) return false
    this.position = 0
    return true
  }

  #cannotRead(cause: unknown): SourceError {
    return new SourceError('WEIR_SOURCE_READ', `${this.#name}: cannot be read: ${(cause as Error).message}`, { cause })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    // A descriptor that is closed under a read may be another file's by the time the read is made
    await this.#reading?.catch(() => 0)
    if (!this.#inherited) await new Promise<void>(done => close(this.#descriptor, () => done()))
  }
}

function readAt(descriptor: number, target: Uint8Array, position: number | null): Promise<number> {
  return new Promise((resolve, reject) => {
    read(descriptor, target, 0, target.length, position, (error, octets) => (error ? reject(error) : resolve(octets)))
  })
}

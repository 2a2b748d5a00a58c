import { close, read, readSync } from 'node:fs'

import { SourceError } from '../errors.ts'
import type { ByteReader } from './byte-reader.ts'

/** A regular file by its descriptor. */
export class FileReader implements ByteReader {
  readonly size: number
  readonly compressed = false
  readonly stored = true
  position = 0
  readonly #name: string
  readonly #descriptor: number
  readonly #inherited: boolean
  #closed = false
  #reading: Promise<unknown> | null = null

  /** @param inherited the file was opened by somebody else (standard input): it is read from where it stands, and left open. */
  constructor(name: string, descriptor: number, size: number, inherited = false) {
    this.#name = name
    this.#descriptor = descriptor
    this.size = size
    this.#inherited = inherited
  }

  read(target: Uint8Array): number {
    if (this.#closed) return 0
    try {
      const octets = readSync(this.#descriptor, target, 0, target.length, this.#inherited ? null : this.position)
      this.position += octets
      return octets
    } catch (cause) {
      throw this.#unreadable(cause)
    }
  }

  readAhead(target: Uint8Array): Promise<number> {
    if (this.#closed) return Promise.resolve(0)
    const reading = new Promise<number>((resolve, reject) => {
      read(this.#descriptor, target, 0, target.length, this.#inherited ? null : this.position, (cause, octets) => {
        if (cause !== null) return reject(this.#unreadable(cause))
        this.position += octets
        resolve(octets)
      })
    })
    this.#reading = reading
    return reading
  }

  get path(): string | undefined {
    return this.#inherited ? undefined : this.#name
  }

  rewind(): boolean {
    if (this.#inherited) return false
    this.position = 0
    return true
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    // another file may have the descriptor as soon as it is closed
    await this.#reading?.catch(() => undefined)
    if (!this.#inherited) await new Promise<void>(done => close(this.#descriptor, () => done()))
  }

  #unreadable(cause: unknown): SourceError {
    return new SourceError('WEIR_SOURCE_READ', `${this.#name}: cannot be read: ${(cause as Error).message}`, { cause })
  }
}

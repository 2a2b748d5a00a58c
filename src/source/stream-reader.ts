import { readSync } from 'node:fs'
import type { Readable } from 'node:stream'

import { SourceError } from '../errors.ts'
import type { ByteReader } from './byte-reader.ts'

const NOTHING = new Uint8Array(0)

/**
 * Standard input, a named pipe, what a program writes, or any other stream of octets.
 *
 * Where the stream is a pipe, whose descriptor is known, what is in it is read at once, as much as there is room for: Node's own reading, 64 kB in
 * a turn of the event loop, takes a third of the time of a whole observation. For what is not in it yet, the stream waits.
 */
export class StreamReader implements ByteReader {
  readonly size = null
  readonly compressed = false
  readonly stored = false
  position = 0
  readonly #name: string
  readonly #stream: Readable
  readonly #descriptor: number | null
  /** What the stream gave and no `read` had room for. */
  #left: Uint8Array = NOTHING
  #ended = false
  #error: Error | null = null
  #wake: (() => void) | null = null

  /** @param descriptor the stream's, if it may be read beside the stream: reading must not wait (O_NONBLOCK), as libuv sets it for pipes */
  constructor(name: string, stream: Readable, descriptor: number | null = null) {
    this.#name = name
    this.#stream = stream
    this.#descriptor = process.platform === 'win32' ? null : descriptor
    stream.on('readable', () => this.#wake?.())
    stream.on('end', () => this.#end())
    stream.on('close', () => this.#end())
    stream.on('error', error => {
      this.#error ??= error
      this.#end()
    })
  }

  read(target: Uint8Array): number | Promise<number> {
    // first what the stream has read already
    return this.#take(target) || this.#readNow(target) || this.#wait(target)
  }

  /** @returns 0 where there is nothing, and at the end, which the stream sees, too */
  #readNow(target: Uint8Array): number {
    // a descriptor that was closed may be another file's by now
    if (this.#descriptor === null || this.#ended || this.#stream.destroyed) return 0
    try {
      const octets = readSync(this.#descriptor, target, 0, target.length, null)
      this.position += octets
      return octets
    } catch {
      // EAGAIN; what else there may be, the stream will find as well
      return 0
    }
  }

  async #wait(target: Uint8Array): Promise<number> {
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

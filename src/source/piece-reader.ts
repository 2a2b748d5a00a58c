import { Truncated } from './decoded-reader.ts'

const NOTHING = new Uint8Array(0)

/** Takes octets, as many as are asked for, from pieces of any length. */
export class PieceReader {
  readonly #pieces: AsyncIterator<Uint8Array>
  #left: Uint8Array = NOTHING

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]()
  }

  /** True where nothing is left. */
  async ended(): Promise<boolean> {
    while (this.#left.length === 0) {
      const { value, done } = await this.#pieces.next()
      if (done === true) return true
      this.#left = value
    }
    return false
  }

  /** @throws Truncated where there are not so many */
  async take(octets: number): Promise<Uint8Array> {
    if (octets <= this.#left.length) return this.#part(octets)
    const parts: Uint8Array[] = []
    let have = 0
    while (have < octets) {
      if (await this.ended()) throw new Truncated()
      const part = this.#part(Math.min(octets - have, this.#left.length))
      parts.push(part)
      have += part.length
    }
    const all = new Uint8Array(octets)
    let at = 0
    for (const part of parts) {
      all.set(part, at)
      at += part.length
    }
    return all
  }

  async skip(octets: number): Promise<void> {
    while (octets > 0) {
      if (await this.ended()) throw new Truncated()
      octets -= this.#part(Math.min(octets, this.#left.length)).length
    }
  }

  #part(octets: number): Uint8Array {
    const part = this.#left.subarray(0, octets)
    this.#left = this.#left.subarray(octets)
    return part
  }
}

/** How far back a match may lie. @source doc/lz4_Block_format.md of LZ4 */
const WINDOW = 64 << 10
const LEAST_MATCH = 4

/** Decodes the blocks of a frame, which may refer to those before. */
export class Lz4Window {
  readonly #largest: number
  /** What was decoded before, up to `WINDOW` octets, and room for a block. */
  readonly #octets: Uint8Array
  #before = 0

  /** @param largest octets that a block may become */
  constructor(largest: number) {
    this.#largest = largest
    this.#octets = new Uint8Array(WINDOW + largest)
  }

  /** A block that is not compressed. */
  store(block: Uint8Array): Uint8Array {
    this.#octets.set(block, this.#before)
    return this.#take(this.#before + block.length)
  }

  /** @returns a copy of what the block holds @throws Error where it is corrupt */
  decode(block: Uint8Array): Uint8Array {
    const out = this.#octets
    const end = this.#before + this.#largest
    let at = 0, to = this.#before
    for (;;) {
      if (at >= block.length) throw new Error('a block ends too early')
      const token = block[at++]
      let literals = token >> 4
      if (literals === 15) {
        let more
        do literals += more = block[at++] ?? 0
        while (more === 255)
      }
      if (at + literals > block.length || to + literals > end) throw new Error('literals go beyond their block')
      // a short run is copied faster octet by octet
      if (literals > 16) out.set(block.subarray(at, at + literals), to)
      else for (let i = 0; i < literals; i++) out[to + i] = block[at + i]
      at += literals
      to += literals
      if (at === block.length) return this.#take(to)
      if (at + 2 > block.length) throw new Error('a block ends too early')
      const offset = block[at] | (block[at + 1] << 8)
      at += 2
      let match = token & 15
      if (match === 15) {
        let more
        do match += more = block[at++] ?? 0
        while (more === 255)
      }
      match += LEAST_MATCH
      if (offset === 0 || offset > to || to + match > end) throw new Error('a match goes beyond its window')
      if (offset >= match) out.copyWithin(to, to - offset, to - offset + match)
      else for (let i = 0; i < match; i++) out[to + i] = out[to + i - offset]
      to += match
    }
  }

  /** What was decoded up to `end`; the last of it is kept for the next block. */
  #take(end: number): Uint8Array {
    const decoded = this.#octets.slice(this.#before, end)
    const kept = Math.min(end, WINDOW)
    this.#octets.copyWithin(0, end - kept, end)
    this.#before = kept
    return decoded
  }
}

/** Where octets come from: a file, a pipe, memory, or another reader that is being decompressed. */
export interface ByteReader {
  /**
   * Put octets at the beginning of `target`, which the reader does not touch afterwards. A pipe gives what it has.
   * @returns how many; 0 at the end only. A promise where they have to be waited for.
   * @throws WeirError where they cannot be read.
   */
  read(target: Uint8Array): number | Promise<number>
  /**
   * The same, on another thread, while the caller goes on: it calls nothing but `close` until this has come back. Left out where `read` is all there is.
   * @returns null where octets that were read before come first
   */
  readAhead?(target: Uint8Array): Promise<number> | null
  /** The file whose octets these are, from its first on; left out where they are in none that could be opened again. */
  readonly path?: string | undefined
  /** Begin again at the first octet. @returns false where that cannot be. */
  rewind(): boolean
  /** Give back what the reader holds. A `read` that is waiting ends. */
  close(): Promise<void>
  /** Octets read so far, as they are stored. @unit octets */
  readonly position: number
  /** Octets there are, as they are stored; null where nobody knows. @unit octets */
  readonly size: number | null
  /** True where `read` gives other octets than are stored, so that `size` says nothing of how many. */
  readonly compressed: boolean
  /** True where all octets are there already: nobody waits for one that is still to come. */
  readonly stored: boolean
}

/** Octets that are in memory already. */
export class MemoryReader implements ByteReader {
  readonly size: number
  readonly compressed = false
  readonly stored = true
  position = 0
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.size = bytes.length
  }

  read(target: Uint8Array): number {
    const octets = Math.min(target.length, this.size - this.position)
    target.set(this.#bytes.subarray(this.position, this.position + octets))
    this.position += octets
    return octets
  }

  rewind(): boolean {
    this.position = 0
    return true
  }

  async close(): Promise<void> {}
}

/** A reader whose first octets were looked at: gives them again. */
export class PeekedReader implements ByteReader {
  /** The first octets, as many as were asked for, or all there are. */
  readonly head: Uint8Array
  readonly #reader: ByteReader
  #given = 0

  private constructor(reader: ByteReader, head: Uint8Array) {
    this.#reader = reader
    this.head = head
  }

  static async peek(reader: ByteReader, octets: number): Promise<PeekedReader> {
    const head = new Uint8Array(octets)
    let have = 0
    while (have < octets) {
      const more = await reader.read(head.subarray(have))
      if (more === 0) break
      have += more
    }
    return new PeekedReader(reader, head.subarray(0, have))
  }

  read(target: Uint8Array): number | Promise<number> {
    return this.#give(target) || this.#reader.read(target)
  }

  readAhead(target: Uint8Array): Promise<number> | null {
    return this.#given < this.head.length ? null : (this.#reader.readAhead?.(target) ?? null)
  }

  /** Give what was looked at, as far as it was not given yet. */
  #give(target: Uint8Array): number {
    const part = this.head.subarray(this.#given, this.#given + target.length)
    target.set(part)
    this.#given += part.length
    return part.length
  }

  rewind(): boolean {
    if (!this.#reader.rewind()) return false
    this.#given = this.head.length
    return true
  }

  close(): Promise<void> {
    return this.#reader.close()
  }

  get path(): string | undefined {
    return this.#reader.path
  }

  get position(): number {
    return this.#reader.position
  }

  get size(): number | null {
    return this.#reader.size
  }

  get compressed(): boolean {
    return this.#reader.compressed
  }

  get stored(): boolean {
    return this.#reader.stored
  }
}

/** Writes captures octet by octet, in either byte order. */
export class Octets {
  readonly #octets: number[] = []
  readonly #little: boolean

  constructor(littleEndian: boolean) {
    this.#little = littleEndian
  }

  u8(...values: number[]): this {
    this.#octets.push(...values.map(value => value & 0xff))
    return this
  }

  u16(...values: number[]): this {
    for (const value of values) this.#word(value, 2)
    return this
  }

  u32(...values: number[]): this {
    for (const value of values) this.#word(value, 4)
    return this
  }

  u64(value: bigint): this {
    const halves = [Number(BigInt.asUintN(32, value >> 32n)), Number(BigInt.asUintN(32, value))]
    return this.u32(...(this.#little ? halves.reverse() : halves))
  }

  bytes(bytes: ArrayLike<number>): this {
    for (let i = 0; i < bytes.length; i++) this.#octets.push(bytes[i])
    return this
  }

  /** Zeros up to a multiple of 4. */
  pad(): this {
    while (this.#octets.length % 4 !== 0) this.#octets.push(0)
    return this
  }

  get length(): number {
    return this.#octets.length
  }

  done(): Uint8Array {
    return Uint8Array.from(this.#octets)
  }

  #word(value: number, octets: number): void {
    for (let i = 0; i < octets; i++) this.#octets.push((value >>> (8 * (this.#little ? i : octets - 1 - i))) & 0xff)
  }
}

export function concat(...parts: readonly ArrayLike<number>[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** A frame of that many octets, none like the next. */
export function frame(octets: number, first = 1): Uint8Array {
  return Uint8Array.from({ length: octets }, (_, i) => first + i)
}

/** Octets that do not compress. */
export function noise(octets: number, seed = 0): Uint8Array {
  let state = Math.imul(seed + 1, 0x9e3779b1)
  return Uint8Array.from({ length: octets }, () => {
    // Marsaglia's xorshift
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state & 0xff
  })
}

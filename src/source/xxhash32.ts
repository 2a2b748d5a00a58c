const P1 = 0x9e3779b1, P2 = 0x85ebca77, P3 = 0xc2b2ae3d, P4 = 0x27d4eb2f, P5 = 0x165667b1
const STRIPE = 16

/** xxHash of 32 bits with a seed of 0, over octets that come in pieces. @source doc/xxhash_spec.md of xxHash, XXH32 */
export class XxHash32 {
  readonly #lanes = new Int32Array([P1 + P2, P2, 0, -P1])
  /** Octets of a stripe that is not whole. */
  readonly #rest = new Uint8Array(STRIPE)
  #held = 0
  #length = 0

  update(octets: Uint8Array): void {
    let at = 0
    this.#length += octets.length
    if (this.#held > 0) {
      at = Math.min(STRIPE - this.#held, octets.length)
      this.#rest.set(octets.subarray(0, at), this.#held)
      this.#held += at
      if (this.#held < STRIPE) return
      this.#stripes(new DataView(this.#rest.buffer), 0, STRIPE)
      this.#held = 0
    }
    const whole = at + Math.floor((octets.length - at) / STRIPE) * STRIPE
    this.#stripes(new DataView(octets.buffer, octets.byteOffset, octets.length), at, whole)
    this.#rest.set(octets.subarray(whole))
    this.#held = octets.length - whole
  }

  digest(): number {
    const [a, b, c, d] = this.#lanes
    let hash = this.#length >= STRIPE ? (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0 : P5
    hash = (hash + this.#length) | 0
    const view = new DataView(this.#rest.buffer)
    let at = 0
    for (; at + 4 <= this.#held; at += 4) hash = Math.imul(rotate((hash + Math.imul(view.getInt32(at, true), P3)) | 0, 17), P4)
    for (; at < this.#held; at++) hash = Math.imul(rotate((hash + Math.imul(view.getUint8(at), P5)) | 0, 11), P1)
    hash = Math.imul(hash ^ (hash >>> 15), P2)
    hash = Math.imul(hash ^ (hash >>> 13), P3)
    return (hash ^ (hash >>> 16)) >>> 0
  }

  #stripes(view: DataView, at: number, end: number): void {
    let [a, b, c, d] = this.#lanes
    for (; at < end; at += STRIPE) {
      a = round(a, view.getInt32(at, true))
      b = round(b, view.getInt32(at + 4, true))
      c = round(c, view.getInt32(at + 8, true))
      d = round(d, view.getInt32(at + 12, true))
    }
    this.#lanes.set([a, b, c, d])
  }
}

export function xxHash32(octets: Uint8Array): number {
  const hash = new XxHash32()
  hash.update(octets)
  return hash.digest()
}

function round(lane: number, value: number): number {
  return Math.imul(rotate((lane + Math.imul(value, P2)) | 0, 13), P1)
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

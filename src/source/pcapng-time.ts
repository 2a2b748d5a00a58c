import type { Packet } from '../packet/packet.ts'

const LATEST_SECOND = 0xffffffff
const WORD = 2 ** 32
const DIGIT = 0x10000
const BILLION = 1e9

/**
 * Turns an interface's 64-bit time stamps into whole seconds and nanoseconds, exactly, rounded down, and without BigInt, which would
 * allocate at every packet.
 *
 * A stamp counts units from `offset`; `resolution` is if_tsresol: the exponent of 10^-k, or with the top bit set of 2^-k, that is a unit.
 * @source draft-ietf-opsawg-pcapng section 4.2
 */
export class TimeScale {
  readonly #offset: number
  readonly #exponent: number
  readonly #binary: boolean
  /** Units in a second; where the resolution is finer than 10^-9 or 2^-30, of that. */
  readonly #perSecond: number
  /** In such a unit. Exact: 10^9 / 2^k is 5^9 * 2^(9-k), and 31 bits of units times that fit a double. */
  readonly #nanoseconds: number
  readonly #secondsPerUnit: number
  readonly #secondsPerWord: number
  readonly #fine: boolean

  constructor(resolution = 6, offset = 0) {
    this.#offset = offset
    this.#exponent = resolution & 0x7f
    this.#binary = (resolution & 0x80) !== 0
    const fastest = this.#binary ? 30 : 9
    this.#fine = this.#exponent > fastest
    this.#perSecond = (this.#binary ? 2 : 10) ** Math.min(this.#exponent, fastest)
    this.#nanoseconds = BILLION / this.#perSecond
    this.#secondsPerUnit = 1 / this.#perSecond
    this.#secondsPerWord = WORD / this.#perSecond
  }

  /**
   * Write the time of the stamp at `at`, the upper word of it first in either byte order, into `packet`; where it is outside 1970 to
   * 2106 the packet is not stamped. Numbers over 2^31 that are passed to a function may be allocated, so the stamp is read here.
   */
  stamp(packet: Packet, view: DataView, at: number, little: boolean): void {
    const high = view.getUint32(at, little)
    const perSecond = this.#perSecond
    if (this.#fine || high >= perSecond) return this.#stampRarely(packet, high, view.getUint32(at + 4, little))
    const low = view.getUint32(at + 4, little)
    // Less than 2^32 seconds, and off by less than 2^-18, so its whole part is the quotient, or one beside it. Then the remainder,
    // taken modulo 2^32, is negative or too large, and tells.
    let seconds = (high * this.#secondsPerWord + low * this.#secondsPerUnit) >>> 0
    let units = (low - Math.imul(seconds, perSecond)) | 0
    if (units < 0) {
      units += perSecond
      seconds = (seconds - 1) >>> 0
    } else if (units >= perSecond) {
      units -= perSecond
      seconds++
    }
    const shifted = seconds + this.#offset
    if (shifted < 0 || shifted > LATEST_SECOND) return unstamp(packet)
    packet.stamped = true
    packet.seconds = shifted
    packet.nanoseconds = this.#binary ? Math.floor(units * this.#nanoseconds) : Math.imul(units, this.#nanoseconds)
  }

  #stampRarely(packet: Packet, high: number, low: number): void {
    if (!this.#fine) this.#stampLarge(packet, high, low)
    else if (this.#binary) this.#stampFineBinary(packet, high, low)
    else this.#stampFineDecimal(packet, high, low)
  }

  /** Any number of units of 10^-9 or 2^-30 seconds, or coarser: long division in digits of 16 bits. */
  #stampLarge(packet: Packet, high: number, low: number): void {
    const perSecond = this.#perSecond
    const upper = (high % perSecond) * DIGIT + (low >>> 16)
    const lower = (upper % perSecond) * DIGIT + (low & 0xffff)
    const seconds = Math.floor(high / perSecond) * WORD + Math.floor(upper / perSecond) * DIGIT + Math.floor(lower / perSecond)
    write(packet, seconds + this.#offset, Math.floor((lower % perSecond) * this.#nanoseconds))
  }

  /** Finer than 10^-9: count nanoseconds, then go on as above. Rounding down in steps is rounding down at once. */
  #stampFineDecimal(packet: Packet, high: number, low: number): void {
    for (let left = this.#exponent - 9; left > 0 && (high | low) !== 0; left -= 9) {
      const divisor = 10 ** Math.min(left, 9)
      const a = high
      const b = (high % divisor) * DIGIT + (low >>> 16)
      const c = (b % divisor) * DIGIT + (low & 0xffff)
      high = Math.floor(a / divisor)
      low = Math.floor(b / divisor) * DIGIT + Math.floor(c / divisor)
    }
    this.#stampLarge(packet, high, low)
  }

  /** Finer than 2^-30: the fraction, put at the top of 64 bits, times 10^9; what overflows the 64 bits are nanoseconds. */
  #stampFineBinary(packet: Packet, high: number, low: number): void {
    const exponent = this.#exponent
    // Seconds are the bits above the exponent
    const seconds = exponent < 64 ? Math.floor((high * WORD) / 2 ** exponent) + (exponent < 32 ? low >>> exponent : 0) : 0
    let fractionHigh = high
    let fractionLow = low
    let shift = Math.max(64 - exponent, 0)
    if (shift >= 32) {
      fractionHigh = low
      fractionLow = 0
      shift -= 32
    }
    if (shift > 0) {
      fractionHigh = ((fractionHigh << shift) | (fractionLow >>> (32 - shift))) >>> 0
      fractionLow = (fractionLow << shift) >>> 0
    }
    let carry = Math.floor(((fractionLow & 0xffff) * BILLION) / DIGIT)
    carry = Math.floor(((fractionLow >>> 16) * BILLION + carry) / DIGIT)
    carry = Math.floor(((fractionHigh & 0xffff) * BILLION + carry) / DIGIT)
    carry = Math.floor(((fractionHigh >>> 16) * BILLION + carry) / DIGIT)
    write(packet, seconds + this.#offset, exponent > 64 ? Math.floor(carry / 2 ** (exponent - 64)) : carry)
  }
}

function write(packet: Packet, seconds: number, nanoseconds: number): void {
  if (seconds < 0 || seconds > LATEST_SECOND) return unstamp(packet)
  packet.stamped = true
  packet.seconds = seconds
  packet.nanoseconds = nanoseconds
}

function unstamp(packet: Packet): void {
  packet.stamped = false
  packet.seconds = 0
  packet.nanoseconds = 0
}

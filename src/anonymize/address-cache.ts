/** Addresses to remember, of either version. @unit addresses, a power of 2 */
const SLOTS = 1 << 16

/** What was computed for addresses that came before. One that falls on another's slot takes its place, so memory is bounded. */
export class AddressCache {
  private readonly words: number
  private readonly used = new Uint8Array(SLOTS)
  private readonly addresses: Int32Array
  private readonly flips: Int32Array

  /** @param words of an address */
  constructor(words: number) {
    this.words = words
    this.addresses = new Int32Array(SLOTS * words)
    this.flips = new Int32Array(SLOTS * words)
  }

  slotOf(address: Int32Array): number {
    let hash = 0
    for (let k = 0; k < address.length; k++) {
      hash = Math.imul(hash ^ address[k], 0x9e3779b1)
      hash ^= hash >>> 15
    }
    return hash & (SLOTS - 1)
  }

  holds(slot: number, address: Int32Array): boolean {
    if (this.used[slot] === 0) return false
    for (let k = 0; k < address.length; k++) if (this.addresses[slot * this.words + k] !== address[k]) return false
    return true
  }

  put(slot: number, address: Int32Array, flips: Int32Array): void {
    this.used[slot] = 1
    this.addresses.set(address, slot * this.words)
    this.flips.set(flips, slot * this.words)
  }

  /** Turn bits of the address round, as they were remembered. */
  flip(slot: number, address: Int32Array): void {
    for (let k = 0; k < address.length; k++) address[k] ^= this.flips[slot * this.words + k]
  }
}

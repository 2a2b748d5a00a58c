import { createRequire } from 'node:module'

import { OptionError } from '../errors.ts'
import type { Anonymizer } from '../schema/anonymizer.ts'
import { AddressCache } from './address-cache.ts'

/** Loads at the first use what few need, and takes some milliseconds. */
const require = createRequire(import.meta.url)
const KEY = 32, BLOCK = 16, WORD_BITS = 32

/**
 * Crypto-PAn: addresses with k leading bits in common have k leading bits in common afterwards, and no more. Without the key
 * nobody can turn one back, and with the same key an address becomes the same one in every run.
 * @param key 32 octets, or 64 hexadecimal digits (as text, or as the octets of a file, which a line feed may end)
 * @throws {OptionError} WEIR_OPTION_ANONYMIZE where it is none
 * @source Xu, Fan, Ammar, Moon, "Prefix-preserving IP address anonymization", ICNP 2002; for IPv6 as other implementations do it, with 128 steps in place of 32
 */
export function cryptoPan(key: Uint8Array | string): Anonymizer {
  const octets = keyOf(key)
  const { createCipheriv } = require('node:crypto') as typeof import('node:crypto')
  const cipher = createCipheriv('aes-128-ecb', octets.subarray(0, BLOCK), null).setAutoPadding(false)
  const encrypt = (blocks: Uint8Array): Uint8Array => cipher.update(blocks)
  const pad = encrypt(octets.subarray(BLOCK))
  const four = new Family(1, pad, encrypt), six = new Family(4, pad, encrypt)
  return { four: (bytes, at) => four.replace(bytes, at), six: (bytes, at) => six.replace(bytes, at) }
}

function keyOf(key: Uint8Array | string): Uint8Array {
  if (typeof key !== 'string' && key.length === KEY) return key
  const text = (typeof key === 'string' ? key : Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1')).replace(/\r?\n$/, '')
  if (/^[\da-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  throw new OptionError('WEIR_OPTION_ANONYMIZE', `the key to anonymize with has ${key.length} ${typeof key === 'string' ? 'characters' : 'octets'}: give 32 octets, or 64 hexadecimal digits`)
}

/** Addresses of so many words. */
class Family {
  private readonly words: number
  private readonly pad: Int32Array
  private readonly encrypt: (blocks: Uint8Array) => Uint8Array
  /** A block for each bit: the bits of the address before it, and the rest of the pad. */
  private readonly blocks: Uint8Array
  private readonly view: DataView
  private readonly address: Int32Array
  private readonly cache: AddressCache

  constructor(words: number, pad: Uint8Array, encrypt: (blocks: Uint8Array) => Uint8Array) {
    this.words = words
    this.encrypt = encrypt
    this.pad = wordsOf(pad, 0, new Int32Array(4))
    this.blocks = new Uint8Array(words * WORD_BITS * BLOCK)
    for (let at = 0; at < this.blocks.length; at += BLOCK) this.blocks.set(pad, at)
    this.view = new DataView(this.blocks.buffer)
    this.address = new Int32Array(words)
    this.cache = new AddressCache(words)
  }

  replace(bytes: Uint8Array, at: number): void {
    const { address, cache } = this
    wordsOf(bytes, at, address)
    const slot = cache.slotOf(address)
    if (!cache.holds(slot, address)) cache.put(slot, address, this.flipsOf(address))
    cache.flip(slot, address)
    for (let word = 0; word < address.length; word++) for (let octet = 0; octet < 4; octet++) bytes[at + word * 4 + octet] = address[word] >> (24 - octet * 8)
  }

  /** The bits that are turned round: bit k where the encrypted prefix of k bits begins with a 1. */
  private flipsOf(address: Int32Array): Int32Array {
    const { words, pad, view } = this
    for (let word = 0; word < words; word++) {
      for (let bit = 0; bit < WORD_BITS; bit++) {
        const at = (word * WORD_BITS + bit) * BLOCK
        // a shift by 32 is one by 0
        const prefix = bit === 0 ? 0 : -1 << (WORD_BITS - bit)
        for (let k = 0; k < word; k++) view.setInt32(at + k * 4, address[k])
        view.setInt32(at + word * 4, (address[word] & prefix) | (pad[word] & ~prefix))
      }
    }
    const encrypted = this.encrypt(this.blocks)
    const flips = new Int32Array(words)
    for (let k = 0; k < words * WORD_BITS; k++) flips[k >> 5] = (flips[k >> 5] << 1) | (encrypted[k * BLOCK] >> 7)
    return flips
  }
}

/** Octets as words, most significant first. */
function wordsOf(bytes: Uint8Array, at: number, words: Int32Array): Int32Array {
  for (let word = 0; word < words.length; word++, at += 4) words[word] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]
  return words
}

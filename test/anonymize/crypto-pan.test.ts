import { createCipheriv } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { cryptoPan } from '../../src/anonymize/crypto-pan.ts'
import { OptionError } from '../../src/errors.ts'
import { ipText, parseAddress } from '../../src/packet/address.ts'
import type { Anonymizer } from '../../src/schema/anonymizer.ts'

/** Of the sample that Crypto-PAn was published with. */
const SAMPLE_KEY = Uint8Array.of(21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16, 216, 152, 143, 131, 121, 121, 101, 39, 98, 87, 76, 45, 42, 132, 34, 2)
/** Its trace, every tenth address or so, and its last. @source sample_trace_raw.dat and sample_trace_sanitized.dat of Crypto-PAn 1.0 */
const SAMPLE = `
  128.11.68.132 135.242.180.132   129.118.74.4 134.136.186.123    130.132.252.244 133.68.164.234  141.223.7.43 141.167.8.160
  141.233.145.108 141.129.237.235 152.163.225.39 151.140.114.167  156.29.3.236 147.225.12.42      165.247.96.84 162.9.99.234
  166.107.77.190 160.132.178.185  192.102.249.13 252.138.62.131   192.215.32.125 252.43.47.189    192.233.80.103 252.25.108.8
  192.41.57.43 252.222.221.184    193.150.244.223 253.169.52.216  195.205.63.100 255.186.223.5    198.200.171.101 249.199.68.213
  198.26.132.101 249.36.123.202   198.36.213.5 249.7.21.132       198.51.77.238 249.18.186.254    199.217.79.101 248.38.184.213
  202.49.198.20 245.206.7.234     203.12.160.252 244.248.163.4    204.184.162.189 243.192.77.90   204.202.136.230 243.178.4.198
  204.29.20.4 243.33.20.123       205.178.38.67 242.108.198.51    205.188.147.153 242.96.16.101   205.188.248.25 242.96.88.27
  205.245.121.43 242.21.121.163   207.105.49.5 241.118.205.138    207.135.65.238 241.202.129.222  207.155.9.214 241.220.250.22
  208.147.89.59 227.237.98.191    209.12.231.7 226.243.167.8      212.120.124.31 228.135.163.231  216.148.237.145 235.84.194.111
  24.0.250.221 100.15.198.226     24.13.62.231 100.2.192.247      38.15.67.68 64.3.66.187         4.3.88.225 124.60.155.63
  63.14.55.111 95.9.215.7         63.195.241.44 95.179.238.44     64.14.118.196 0.255.183.58      64.34.154.117 0.221.154.117
  64.39.15.238 0.219.7.41         10.185.25.118 117.161.29.118`.trim().split(/\s+/)
/** What the implementations in Go, Rust and JavaScript share for IPv6, which the sample does not have. @source cryptopan_test.go of Yawning Angel's cryptopan */
const SIX = [
  '::1', '78ff:f001:9fc0:20df:8380:b1f1:704:ed', '::2', '78ff:f001:9fc0:20df:8380:b1f1:704:ef', '::ffff', '78ff:f001:9fc0:20df:8380:b1f1:704:f838',
  '2001:db8::1', '4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1e', '2001:db8::2', '4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1c',
]

const pairs = (texts: readonly string[]): [string, string][] => Array.from({ length: texts.length / 2 }, (_, k) => [texts[2 * k], texts[2 * k + 1]])

function replaced(by: Anonymizer, octets: Uint8Array): Uint8Array {
  // somewhere in memory that is not to be touched
  const memory = new Uint8Array(octets.length + 7).fill(0xee)
  memory.set(octets, 3)
  if (octets.length === 4) by.four(memory, 3)
  else by.six(memory, 3)
  expect([...memory.subarray(0, 3), ...memory.subarray(3 + octets.length)]).toEqual(Array.from({ length: 7 }, () => 0xee))
  return memory.slice(3, 3 + octets.length)
}

const text = (by: Anonymizer, address: string): string => {
  const octets = parseAddress(address)!
  return ipText(replaced(by, octets), 0, octets.length === 4 ? 4 : 6)
}

/** The paper's definition, a bit at a time. */
function plain(key: Uint8Array, address: Uint8Array): Uint8Array {
  const aes = (block: Uint8Array): Uint8Array => createCipheriv('aes-128-ecb', key.subarray(0, 16), null).setAutoPadding(false).update(block)
  const bits = (octets: Uint8Array): string => Array.from(octets, (octet) => octet.toString(2).padStart(8, '0')).join('')
  const octetsOf = (text: string): Uint8Array => Uint8Array.from(text.match(/.{8}/g)!, (octet) => parseInt(octet, 2))
  const pad = bits(aes(key.subarray(16))), given = bits(address)
  return octetsOf(Array.from(given, (bit, k) => Number(bit) ^ Number(bits(aes(octetsOf(given.slice(0, k) + pad.slice(k))))[0])).join(''))
}

function commonBits(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((octet, k) => octet !== b[k])
  return at < 0 ? a.length * 8 : at * 8 + Math.clz32(a[at] ^ b[at]) - 24
}

const octets = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
const addresses = fc.constantFrom(4, 16).chain((length) => fc.tuple(octets(length), octets(length), fc.nat(length * 8)).map(([a, b, common]) => {
  // the second has some bits of the first
  const near = b.map((octet, k) => {
    const mask = 0xff00 >> Math.max(0, Math.min(8, common - k * 8))
    return (a[k] & mask) | (octet & ~mask)
  })
  return [a, near] as const
}))

describe('Crypto-PAn', () => {
  const sample = cryptoPan(SAMPLE_KEY)

  it.each(pairs(SAMPLE))('of its sample makes of %s %s', (address, expected) => {
    expect(text(sample, address)).toBe(expected)
    // remembered
    expect(text(sample, address)).toBe(expected)
  })

  it.each(pairs(SIX))('of IPv6 makes of %s %s', (address, expected) => {
    expect(text(sample, address)).toBe(expected)
    expect(text(sample, address)).toBe(expected)
  })

  // @source README of yacryptopan
  it.each([['192.0.2.1', '192.0.125.244'], ['2001:db8::1', '27fe:8bc7:fee:1e:1e1f:f0fe:f0e1:83fd']])('with a key of text makes of %s %s', (address, expected) => {
    expect(text(cryptoPan(Buffer.from('32-char-str-for-AES-key-and-pad.')), address)).toBe(expected)
  })

  it('is what the paper defines, for any key and any address', () => {
    fc.assert(fc.property(octets(32), addresses, (key, [address]) => {
      expect(replaced(cryptoPan(key), address)).toEqual(plain(key, address))
    }), { numRuns: 100 })
  })

  it('keeps as many leading bits common as there were, and no more: no two addresses become one', () => {
    fc.assert(fc.property(addresses, ([a, b]) => {
      expect(commonBits(replaced(sample, a), replaced(sample, b))).toBe(commonBits(a, b))
    }), { numRuns: 2000 })
  })

  it('gives the same in another run, whatever came between', () => {
    fc.assert(fc.property(octets(32), fc.array(addresses, { maxLength: 50 }), addresses, (key, between, [address]) => {
      const one = cryptoPan(key), other = cryptoPan(key)
      const expected = replaced(one, address)
      for (const [a, b] of between) replaced(other, replaced(other, a).length === 4 ? b : a)
      expect(replaced(other, address)).toEqual(expected)
    }), { numRuns: 200 })
  })

  it('remembers no more addresses than it may, and is right all the same', () => {
    const by = cryptoPan(SAMPLE_KEY), memory = new Uint8Array(4)
    const seen = new Set<number>()
    for (let n = 0; n < 200_000; n++) {
      memory.set([10, n >> 16, n >> 8, n])
      by.four(memory, 0)
      seen.add(Buffer.from(memory).readUInt32BE())
    }
    expect(seen.size).toBe(200_000)
    expect(text(by, '10.0.0.0')).toBe(text(cryptoPan(SAMPLE_KEY), '10.0.0.0'))
    expect(text(by, '10.185.25.118')).toBe('117.161.29.118')
  })
})

describe('a key', () => {
  const hex = Buffer.from(SAMPLE_KEY).toString('hex')

  it.each<[string, Uint8Array | string]>([
    ['text of 64 digits', hex], ['capitals', hex.toUpperCase()], ['a file of them', Buffer.from(`${hex}\n`)], ['one of another system', Buffer.from(`${hex}\r\n`)], ['a part of other memory', Buffer.concat([Buffer.of(1), SAMPLE_KEY]).subarray(1)],
  ])('may be %s', (_, key) => {
    expect(text(cryptoPan(key), '128.11.68.132')).toBe('135.242.180.132')
  })

  it.each<[string, Uint8Array | string, string]>([
    ['nothing', new Uint8Array(0), '0 octets'], ['31 octets', new Uint8Array(31), '31 octets'], ['33 octets', new Uint8Array(33), '33 octets'], ['64 octets that are no digits', new Uint8Array(64), '64 octets'],
    ['text of 32 characters', 'a'.repeat(32), '32 characters'], ['63 digits', 'a'.repeat(63), '63 characters'],
  ])('is not %s', (_, key, size) => {
    expect(() => cryptoPan(key)).toThrow(new OptionError('WEIR_OPTION_ANONYMIZE', `the key to anonymize with has ${size}: give 32 octets, or 64 hexadecimal digits`))
  })
})

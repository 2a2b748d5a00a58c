import fc from 'fast-check'
import { expect, it } from 'vitest'

import { snappy } from '../../src/sink/snappy.ts'

/** @source google/snappy, format_description.txt */
function decompressed(packed: Uint8Array): Uint8Array {
  let at = 0, length = 0
  for (let shift = 0, octet = 0x80; octet & 0x80; shift += 7) length += ((octet = packed[at++]) & 0x7f) * 2 ** shift
  const out = new Uint8Array(length)
  let end = 0
  while (at < packed.length) {
    const tag = packed[at++]
    if ((tag & 3) === 0) {
      let size = tag >> 2
      const more = Math.max(0, size - 59)
      if (more > 0) size = packed.subarray(at, at + more).reduceRight((sum, octet) => sum * 256 + octet, 0)
      at += more
      out.set(packed.subarray(at, at + size + 1), end)
      at += size + 1
      end += size + 1
      continue
    }
    if ((tag & 3) === 3) throw new Error('a copy with a distance of four octets')
    const isShort = (tag & 3) === 1
    const size = isShort ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2)
    const distance = isShort ? ((tag >> 5) << 8) | packed[at] : packed[at] | (packed[at + 1] << 8)
    at += isShort ? 1 : 2
    if (distance === 0 || distance > end) throw new Error('a copy of what is not there')
    for (let k = 0; k < size; k++) out[end] = out[end++ - distance]
  }
  expect(end).toBe(length)
  return out
}

/** Octets with runs and with repetitions near and far, over the limits of blocks. */
const pieces = fc.array(fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.tuple(fc.nat(255), fc.nat(70_000)).map(([octet, length]) => new Uint8Array(length).fill(octet)),
  fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 90 }), fc.integer({ min: 1, max: 900 })).map(([bytes, times]) => Uint8Array.from({ length: bytes.length * times }, (_, i) => bytes[i % bytes.length])),
), { maxLength: 8 }).map((all) => new Uint8Array(Buffer.concat(all)))

it('what is compressed is decompressed to the same', () => {
  fc.assert(fc.property(pieces, (octets) => { expect(Buffer.from(decompressed(snappy(octets))).equals(octets)).toBe(true) }), { numRuns: 300 })
})

it('of nothing is its length', () => {
  expect(snappy(new Uint8Array(0))).toEqual(Uint8Array.of(0))
})

it('what repeats becomes small, what does not hardly grows', () => {
  const random = Uint8Array.from({ length: 200_000 }, () => Math.random() * 256)
  expect(snappy(new Uint8Array(200_000)).length).toBeLessThan(10_000)
  expect(snappy(random).length).toBeLessThan(random.length + 100)
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { KeyScheme, randomSeed } from '../../src/flow/key.ts'
import { type Ends, FLOW, keyOf, packetBetween, turned } from './keyed.ts'

const ends: fc.Arbitrary<Ends> = fc.record({ six: fc.boolean(), source: fc.nat(65535), destination: fc.nat(65535), sourcePort: fc.nat(65535), destinationPort: fc.nat(65535) })

describe('the hash of a key', () => {
  it('is the same from both ends, whatever the seed', () => {
    fc.assert(fc.property(ends, (each) => {
      const scheme = new KeyScheme(FLOW)
      expect(keyOf(packetBetween(turned(each)), scheme).hash).toBe(keyOf(packetBetween(each), scheme).hash)
    }))
  })

  it('depends on the seed, so that nobody can choose keys that collide', () => {
    const packet = packetBetween({ six: false, source: 1, destination: 2, sourcePort: 3, destinationPort: 4 })
    const hashes = Array.from({ length: 20 }, () => keyOf(packet, new KeyScheme(FLOW)).hash)
    expect(new Set(hashes).size).toBeGreaterThan(15)
  })

  it('is the same for the same seed', () => {
    const seed = randomSeed()
    fc.assert(fc.property(ends, (each) => {
      expect(keyOf(packetBetween(each), new KeyScheme(FLOW, seed)).hash).toBe(keyOf(packetBetween(each), new KeyScheme(FLOW, seed)).hash)
    }))
  })

  it.each([
    ['neighbouring addresses', (i: number): Ends => ({ six: false, source: i & 63, destination: 256 + (i >> 6), sourcePort: 1000, destinationPort: 80 })],
    ['both addresses moved alike, where an XOR of them stays', (i: number): Ends => ({ six: false, source: i, destination: 4096 ^ i, sourcePort: 1000, destinationPort: 80 })],
    ['neighbouring ports', (i: number): Ends => ({ six: false, source: 1, destination: 2, sourcePort: 1024 + (i & 63), destinationPort: 2048 + (i >> 6) })],
    ['ports that move against each other', (i: number): Ends => ({ six: false, source: 1, destination: 2, sourcePort: 10_000 + i, destinationPort: 20_000 - i })],
    ['neighbouring IPv6 addresses', (i: number): Ends => ({ six: true, source: i & 63, destination: 256 + (i >> 6), sourcePort: 1000, destinationPort: 80 })],
  ])('spreads %s', (_, nth) => {
    for (let run = 0; run < 3; run++) {
      const scheme = new KeyScheme(FLOW)
      const homes = new Set<number>()
      for (let i = 0; i < 4096; i++) homes.add(keyOf(packetBetween(nth(i)), scheme).hash & 8191)
      // chance would hit 3224 of 8192 slots with 4096 keys
      expect(homes.size).toBeGreaterThan(3000)
    }
  })

  it('does not depend on the numbers that other lanes gave to VLANs', () => {
    const options = { ...FLOW, vlan: true }
    const scheme = new KeyScheme(options)
    const at = (outerVlan: number) => Object.assign(packetBetween({ six: false, source: 1, destination: 2, sourcePort: 3, destinationPort: 4 }), { outerVlan })
    const first = keyOf(at(7), scheme)
    keyOf(at(8), scheme)
    expect(keyOf(at(7), scheme)).toMatchObject({ rest: first.rest, hash: first.hash })
    expect(keyOf(at(8), scheme).rest).not.toBe(first.rest)
  })
})

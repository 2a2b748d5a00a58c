import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { Packet } from '../../src/packet/packet.ts'
import { TimeScale } from '../../src/source/pcapng-time.ts'

/** What the draft says, in BigInt: section 4.2, if_tsresol and if_tsoffset. */
function expected(stamp: bigint, resolution: number, offset: number): { seconds: number; nanoseconds: number } | null {
  const exponent = BigInt(resolution & 0x7f)
  const perSecond = (resolution & 0x80 ? 2n : 10n) ** exponent
  const seconds = stamp / perSecond + BigInt(offset)
  if (seconds < 0n || seconds > 0xffffffffn) return null
  return { seconds: Number(seconds), nanoseconds: Number(((stamp % perSecond) * 1_000_000_000n) / perSecond) }
}

function stamped(stamp: bigint, resolution: number, offset = 0): { seconds: number; nanoseconds: number } | null {
  const packet = new Packet()
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, stamp)
  new TimeScale(resolution, offset).stamp(packet, view, 0, false)
  return packet.stamped ? { seconds: packet.seconds, nanoseconds: packet.nanoseconds } : null
}

describe('time stamps of pcapng', () => {
  it.each([
    ['microseconds', 6, 1_500_000_000_123_456n, 1_500_000_000, 123_456_000],
    ['nanoseconds', 9, 1_500_000_000_123_456_789n, 1_500_000_000, 123_456_789],
    ['seconds', 0, 1_500_000_000n, 1_500_000_000, 0],
    ['picoseconds, rounded down', 12, 15_000_000_123_456_789_999n, 15_000_000, 123_456_789],
    ['2^-20 s', 0x94, (1_500_000_000n << 20n) + (1n << 19n), 1_500_000_000, 500_000_000],
    ['2^-32 s', 0xa0, (1_500_000_000n << 32n) + 1n, 1_500_000_000, 0],
  ] as const)('in %s', (_, resolution, stamp, seconds, nanoseconds) => {
    expect(stamped(stamp, resolution)).toEqual({ seconds, nanoseconds })
  })

  it('an offset is added', () => {
    expect(stamped(5_000_001n, 6, 1_500_000_000)).toEqual({ seconds: 1_500_000_005, nanoseconds: 1000 })
    expect(stamped(5_000_000n, 6, -5)).toEqual({ seconds: 0, nanoseconds: 0 })
  })

  it('before 1970 and after 2106 there is no time', () => {
    expect(stamped(4_999_999n, 6, -5)).toBeNull()
    expect(stamped(4_294_967_296_000_000n, 6)).toBeNull()
    expect(stamped(0xffff_ffff_ffff_ffffn, 6)).toBeNull()
  })

  const word = fc.oneof(fc.bigInt(0n, 0xffffffffn), fc.constantFrom(0n, 1n, 0x7fffffffn, 0x80000000n, 0xffffffffn))
  const anyStamp = fc.tuple(word, word).map(([high, low]) => (high << 32n) + low)
  const anyResolution = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(6, 9, 0x94, 0x9e, 0x9f, 0xa0, 0xc0))

  it('are exact at any resolution', () => {
    fc.assert(
      fc.property(anyStamp, anyResolution, fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), (stamp, resolution, offset) => {
        expect(stamped(stamp, resolution, offset)).toEqual(expected(stamp, resolution, offset))
      }),
      { numRuns: 5000 },
    )
  })

  it('are exact on both sides of every whole second', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 0xffffffffn), fc.integer({ min: -2, max: 2 }), anyResolution, (seconds, units, resolution) => {
        const stamp = seconds * (resolution & 0x80 ? 2n : 10n) ** BigInt(resolution & 0x7f) + BigInt(units)
        fc.pre(stamp >= 0n && stamp < 1n << 64n)
        expect(stamped(stamp, resolution)).toEqual(expected(stamp, resolution, 0))
      }),
      { numRuns: 5000 },
    )
  })
})

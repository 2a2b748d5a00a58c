import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { NUMBER_TEXT_MAX, writeNine, writeNumber, writeUnsigned } from '../../src/sink/decimal.ts'

function written(write: typeof writeNumber, value: number): string {
  const bytes = new Uint8Array(NUMBER_TEXT_MAX + 4).fill(0x21)
  const end = write(new DataView(bytes.buffer), 2, value)
  expect(bytes.subarray(end).every((byte) => byte === 0x21)).toBe(true)
  return Buffer.from(bytes.subarray(2, end)).toString('latin1')
}

describe('numbers', () => {
  it('at every length', () => {
    for (let power = 1; power < 2 ** 53; power *= 10) {
      for (const value of [power - 1, power, power + 1, power * 5].filter(Number.isSafeInteger)) {
        expect(written(writeUnsigned, value)).toBe(String(value))
        expect(written(writeNumber, -value)).toBe(JSON.stringify(-value))
      }
    }
  })

  it('every pair of digits', () => {
    for (let value = 0; value < 10_000; value++) expect(written(writeUnsigned, value)).toBe(String(value))
  })

  it('unsigned integers to 2^53', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (value) => {
      expect(written(writeUnsigned, value)).toBe(String(value))
    }), { numRuns: 2000 })
  })

  it('multiples of 10^9 and their neighbours', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 9_007_198 }), fc.integer({ min: -2, max: 2 }), (billions, more) => {
      expect(written(writeUnsigned, billions * 1e9 + more)).toBe(String(billions * 1e9 + more))
    }), { numRuns: 2000 })
  })

  it('nine digits with their zeros', () => {
    fc.assert(fc.property(fc.nat(999_999_999), (value) => {
      expect(written(writeNine, value)).toBe(String(value).padStart(9, '0'))
    }))
  })

  it('doubles as JSON.stringify has them', () => {
    fc.assert(fc.property(fc.double(), (value) => {
      expect(written(writeNumber, value)).toBe(JSON.stringify(value))
    }), { numRuns: 5000 })
  })

  it.each([Number.NaN, Infinity, -Infinity, -0, 0.1, 1e21, 2 ** 53, -(2 ** 53), 2 ** 53 + 2, Number.MAX_VALUE, Number.MIN_VALUE, -1.2345678901234567e-308])('%d', (value) => {
    expect(written(writeNumber, value)).toBe(JSON.stringify(value))
  })
})

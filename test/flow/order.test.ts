import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { Ordering } from '../../src/flow/order.ts'
import { RowList } from '../../src/flow/wheel.ts'

/** Sort rows 0, 1, 2, ... by their numbers, which lie with a stride. */
function sorted(numbers: readonly number[], ordering = new Ordering(), made: (length: number) => Float64Array | Uint32Array = (length) => new Float64Array(length)): number[] {
  const list = new RowList()
  const memory = made(numbers.length * 3)
  numbers.forEach((number, row) => {
    memory[row * 3 + 1] = number
    list.push(row)
  })
  ordering.sort(list, memory, 3, 1)
  return Array.from(list.rows.subarray(0, list.length))
}

function expected(numbers: readonly number[]): number[] {
  return numbers.map((_, row) => row).toSorted((a, b) => numbers[a] - numbers[b])
}

const key = fc.oneof(fc.nat(3), fc.nat(5000), fc.maxSafeNat(), fc.constantFrom(0, 2047, 2048, 2 ** 22 - 1, 2 ** 22, Number.MAX_SAFE_INTEGER))

describe('rows are put into the order of their numbers', () => {
  it('as Array.sort does, equal ones as they were', () => {
    const ordering = new Ordering()
    fc.assert(fc.property(fc.array(key, { maxLength: 200 }), (numbers) => {
      expect(sorted(numbers, ordering)).toEqual(expected(numbers))
    }), { numRuns: 500 })
  })

  it('of 32 bits, too', () => {
    fc.assert(fc.property(fc.array(fc.nat(0xffff_ffff), { minLength: 33, maxLength: 100 }), (numbers) => {
      expect(sorted(numbers, new Ordering(), (length) => new Uint32Array(length))).toEqual(expected(numbers))
    }))
  })

  it.each([0, 1, 2, 31, 32, 33, 1024, 1025, 50_000])('%i of them', (count) => {
    const numbers = Array.from({ length: count }, (_, i) => (i * 2654435761) % 1_000_003)
    expect(sorted(numbers)).toEqual(expected(numbers))
    expect(sorted(expected(numbers).map((row) => numbers[row]))).toEqual(numbers.map((_, row) => row))
  })

  it('again, with another list: nothing stays of the one before', () => {
    const ordering = new Ordering()
    sorted(Array.from({ length: 3000 }, (_, i) => 3000 - i), ordering)
    expect(sorted([5, 3, 4], ordering)).toEqual([1, 2, 0])
  })
})

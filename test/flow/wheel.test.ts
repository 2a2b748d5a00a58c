import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { RowList, TimingWheel } from '../../src/flow/wheel.ts'

/** Seconds that the wheel holds: whoever is due later is looked at then. */
const LONGEST = 1023
const ROWS = 20

const operation = fc.oneof(
  fc.record({ what: fc.constant('arm' as const), row: fc.nat(ROWS - 1), seconds: fc.oneof(fc.nat(5), fc.nat(3000)) }),
  fc.record({ what: fc.constant('remove' as const), row: fc.nat(ROWS - 1), seconds: fc.constant(0) }),
  fc.record({ what: fc.constant('advance' as const), row: fc.constant(0), seconds: fc.oneof(fc.nat(4), fc.nat(1500), fc.constantFrom(1023, 1024, 1025, 2048, 31_536_000)) }),
)

function rowsOf(list: RowList): number[] {
  return Array.from(list.rows.subarray(0, list.length))
}

describe('the timing wheel', () => {
  it('is as a list of rows by the second they come due, in the order in which they were armed', () => {
    fc.assert(fc.property(fc.array(operation, { maxLength: 80 }), (operations) => {
      const wheel = new TimingWheel(ROWS)
      let model: { row: number; due: number; armed: number }[] = []
      const inOrder = (): number[] => model.toSorted((a, b) => a.due - b.due || a.armed - b.armed).map(({ row }) => row)
      let now = 0
      for (const [armed, { what, row, seconds }] of operations.entries()) {
        const hangs = model.some((each) => each.row === row)
        if (what === 'arm' && !hangs) {
          wheel.arm(row, seconds)
          model.push({ row, due: now + Math.min(Math.max(seconds, 1), LONGEST), armed })
        } else if (what === 'remove' && hangs) {
          wheel.remove(row)
          model = model.filter((each) => each.row !== row)
        } else if (what === 'advance') {
          const out = new RowList()
          wheel.advance(seconds, out)
          now += seconds
          const due = model.filter((each) => each.due <= now)
          // after a jump of more than a turn the lists come in the order of the wheel
          if (seconds <= LONGEST) expect(rowsOf(out)).toEqual(inOrder().slice(0, due.length))
          else expect(rowsOf(out).toSorted()).toEqual(due.map((each) => each.row).toSorted())
          model = model.filter((each) => each.due > now)
        }
        expect(wheel.size).toBe(model.length)
      }
      const all = new RowList()
      wheel.all(all)
      expect(rowsOf(all)).toEqual(inOrder())
      const [first] = inOrder()
      expect(wheel.earliest()).toBe(first ?? -1)
      if (first !== undefined) expect(wheel.distance).toBe(model.find(({ row }) => row === first)!.due - now)
    }))
  })

  it('looks at everything in a jump, be it of a year', () => {
    const wheel = new TimingWheel(3)
    ;[1, 500, 5000].forEach((seconds, row) => wheel.arm(row, seconds))
    const out = new RowList()
    wheel.advance(31_536_000, out)
    expect([rowsOf(out).toSorted(), wheel.size]).toEqual([[0, 1, 2], 0])
    wheel.arm(1, 1)
    out.length = 0
    wheel.advance(1, out)
    expect(rowsOf(out)).toEqual([1])
  })
})

describe('a list of rows', () => {
  it('grows as it is needed', () => {
    const list = new RowList()
    for (let row = 0; row < 5000; row++) list.push(row)
    expect(rowsOf(list)).toEqual(Array.from({ length: 5000 }, (_, row) => row))
  })
})

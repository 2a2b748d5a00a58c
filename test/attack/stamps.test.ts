import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { PacketClock } from '../../src/flow/clock.ts'
import { RowList, TimingWheel } from '../../src/flow/wheel.ts'
import { datagram, observed, type Step, summary } from '../observer/observed.ts'

const YEAR = 31_536_000
const LATEST = 0xffff_ffff

afterEach(() => vi.restoreAllMocks())

/** Rows that are taken out of the wheel to be looked at, and calls that move it. */
function countWork(): { readonly rows: () => number; readonly moves: () => number } {
  const rows = vi.spyOn(RowList.prototype, 'push')
  const moves = vi.spyOn(TimingWheel.prototype, 'advance')
  return { rows: () => rows.mock.calls.length, moves: () => moves.mock.calls.length }
}

describe('stamps that jump years both ways with every packet', () => {
  const alternating = (packets: number, portOf: (n: number) => number): Step[] =>
    Array.from({ length: packets }, (_, n): Step => [n % 2 === 0 ? n : 10 * YEAR + n, datagram({ port: portOf(n) })])

  it('end flows as they do elsewhere: what was silent for a year is over', async () => {
    const { records } = await observed(alternating(10, (n) => n % 2))
    // those of the later time go on: the clock was set back in between, and no time passed for them
    expect(summary(records)).toEqual([...Array.from({ length: 5 }, () => '0: 1/0 idle'), '1: 5/0 forced'])
  })

  it('do not stop expiry: flows that come and go leave no more behind than a second would', async () => {
    let most = 0
    const steps = alternating(4000, (n) => n).flatMap((step): Step[] => [step, (observer) => { most = Math.max(most, observer.active) }])
    const { records } = await observed(steps)
    expect(records).toHaveLength(4000)
    expect(most).toBeLessThan(100)
  })

  it('lose no packet, wherever they jump', async () => {
    const stamp = fc.oneof(fc.nat(100), fc.constantFrom(0, 1, YEAR, LATEST - 1, LATEST), fc.nat(LATEST))
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(stamp, fc.nat(3)), { maxLength: 60 }), fc.constantFrom(2, 1000), async (stamps, maxFlows) => {
      const { ledger } = await observed(stamps.map(([seconds, port]): Step => [seconds, datagram({ port })]), { epoch: 0, maxFlows, activeTimeout: 60 })
      expect(ledger.in_flows).toBe(stamps.length)
    }), { numRuns: 200 })
  })

  it('cost one movement of the wheel each, in which no flow is looked at twice', async () => {
    const flows = 50
    const work = countWork()
    const steps: Step[] = [...Array.from({ length: flows }, (_, port): Step => [0, datagram({ port })]), [YEAR, datagram({ port: 9999 })], [2 * YEAR, datagram({ port: 9999 })]]
    await observed(steps)
    expect(work.moves()).toBe(2)
    // each of the flows is taken out, and ended; the last one twice, and what is flushed
    expect(work.rows()).toBeLessThanOrEqual(2 * flows + 6)
  })

  it('that jump on and on cost no more than there are flows', async () => {
    const work = countWork()
    await observed(Array.from({ length: 60 }, (_, n): Step => [n * YEAR, datagram({ port: n })]), { epoch: 0 })
    expect(work.moves()).toBe(59)
    expect(work.rows()).toBeLessThan(4 * 60)
  })

  it('that go back cost nothing', async () => {
    const work = countWork()
    await observed(Array.from({ length: 60 }, (_, n): Step => [(60 - n) * YEAR, datagram({ port: n })]), { epoch: 0 })
    expect(work.moves()).toBe(0)
  })

  // every jump forth looks at all flows of the later time, and arms them again
  it('cost each packet a few looks, however many flows there are', async () => {
    const flows = 500, packets = 500
    const work = countWork()
    await observed([
      ...Array.from({ length: flows }, (_, port): Step => [YEAR, datagram({ port })]),
      ...Array.from({ length: packets }, (_, n): Step => [n % 2 === 0 ? 0 : YEAR, datagram({ port: n % 2 === 0 ? 5000 : 5001 })]),
    ])
    expect(work.rows()).toBeLessThan(10 * (flows + packets))
  })
})

describe('the wheel', () => {
  it('is moved at most once around, be it by all of time', () => {
    const wheel = new TimingWheel(4)
    wheel.arm(0, 1)
    wheel.arm(1, 1023)
    const out = new RowList()
    const push = vi.spyOn(out, 'push')
    wheel.advance(LATEST, out)
    expect([push.mock.calls.length, wheel.size]).toEqual([2, 0])
  })
})

describe('the clock', () => {
  it('is never ahead of all stamps, and never more than a minute ahead of the present one', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.oneof(fc.nat(200), fc.nat(LATEST)), fc.nat(999_999_999)), { maxLength: 40 }), (stamps) => {
      const clock = new PacketClock()
      for (const [seconds, nanoseconds] of stamps) {
        clock.advance(seconds, nanoseconds)
        const ahead = clock.seconds - seconds + (clock.nanoseconds - nanoseconds) / 1e9
        expect(ahead).toBeGreaterThanOrEqual(0)
        expect(ahead).toBeLessThanOrEqual(60)
        expect(stamps.some(([s, n]) => s === clock.seconds && n === clock.nanoseconds)).toBe(true)
      }
    }))
  })
})

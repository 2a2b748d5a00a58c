import { afterEach, describe, expect, it, vi } from 'vitest'

import { defineChain, ns } from '../../src/index.ts'
import { TimingWheel } from '../../src/flow/wheel.ts'
import { datagram, EPOCH, observed, type Step, summary, type Time } from './observed.ts'

const YEAR = 365 * 86400
const port = (number: number) => datagram({ port: number })
const times = (...all: Time[]): Step[] => all.map((time): Step => [time, port(1)])

afterEach(() => vi.restoreAllMocks())

describe('the clock', () => {
  it('is the largest stamp: a step back does not move it', async () => {
    // at 31.1 s of the clock flow 1 is over, whatever the packet's own stamp says
    const { records } = await observed([[1, port(1)], ['31.1', port(2)], [20, port(1)]])
    expect(summary(records)).toEqual(['1: 1/0 idle', '2: 1/0 forced', '1: 1/0 forced'])
  })

  it('counts silence from itself at arrival, not from the stamp of a packet out of order', async () => {
    const { records } = await observed([[0, port(2)], [20, port(3)], [1, port(1)], [45, port(1)]])
    expect(summary(records)).toContain('1: 2/0 forced')
  })

  it.each<[string, Time, Time, boolean]>([
    ['of exactly 60 s is ignored', '100.5', '40.5', false],
    ['of 60 s and a nanosecond re-bases it', '100.5', '40.499999999', true],
    ['of 60 s and a nanosecond re-bases it, across a second', '100', '39.999999999', true],
    ['of a minute less a nanosecond is ignored', '100.5', '40.500000001', false],
    ['of an hour re-bases it', 4000, 400, true],
  ])('a step back %s', async (_, high, low, rebased) => {
    // after it flow 2 is seen for more than 30 s of its own time: longer than it lives where the clock stands still
    const from = Number(low)
    const { records } = await observed([[high, port(1)], [low, port(2)], [from + 20, port(3)], [from + 40, port(2)], [from + 75, port(4)], [from + 75, port(2)]])
    expect(summary(records).filter((line) => line.startsWith('2'))).toEqual(rebased ? ['2: 1/0 idle', '2: 1/0 idle', '2: 1/0 forced'] : ['2: 3/0 forced'])
  })

  it.each([0, 1, 59])('begins at the first stamp, be it %i', async (epoch) => {
    const { records } = await observed([[0, port(1)], [100, port(2)]], { epoch })
    expect(summary(records)).toEqual(['1: 1/0 idle', '2: 1/0 forced'])
  })

  it('reaches to the largest stamp there is', async () => {
    const { records } = await observed([[4294967200, port(1)], ['4294967295.999999999', port(1)]], { epoch: 0, chains: [ns] })
    expect(records.map(({ first_ns, last_ns, end_reason }) => [first_ns, last_ns, end_reason])).toEqual([[4294967200000000000n, 4294967200000000000n, 'idle'], [4294967295999999999n, 4294967295999999999n, 'forced']])
  })
})

describe('a packet without a stamp', () => {
  it('takes the clock\'s', async () => {
    const seen: number[][] = []
    const look = defineChain({ name: 'look', doc: '', ip(_flow, _ip, _rev, packet) { seen.push([packet.seconds - EPOCH, packet.nanoseconds]) } })
    const { records } = await observed(times('3.000000007', null, 2, null), { chains: [look, ns] })
    expect(seen).toEqual([[3, 7], [3, 7], [2, 0], [3, 7]])
    expect(records).toMatchObject([{ first_ns: BigInt(EPOCH + 2) * 10n ** 9n, last_ns: BigInt(EPOCH + 3) * 10n ** 9n + 7n }])
  })

  it('keeps its flow alive', async () => {
    const { records } = await observed([[0, port(1)], [25, port(2)], [null, port(1)], [50, port(1)]])
    expect(summary(records)).toEqual(['1: 3/0 forced', '2: 1/0 forced'])
  })
})

describe('first and last', () => {
  it('are the least and the greatest stamp, whatever the order', async () => {
    const { records } = await observed(times('10.5', '10.4', '12', '11.999999999', '10.400000001', '12.000000001'), { chains: [ns] })
    expect([records[0].first - EPOCH, records[0].last - EPOCH]).toEqual([expect.closeTo(10.4, 6), expect.closeTo(12, 6)])
    expect([records[0]['first_ns'], records[0]['last_ns']]).toEqual([BigInt(EPOCH) * 10n ** 9n + 10_400_000_000n, BigInt(EPOCH) * 10n ** 9n + 12_000_000_001n])
  })

  it('are so also where the clock was re-based below the greatest', async () => {
    const { records } = await observed([...times(100, 10), ['11.5', port(1)], [12, port(1)]])
    expect(records.map(({ first, last }) => [first - EPOCH, last - EPOCH])).toEqual([[10, 100]])
  })
})

describe('a jump', () => {
  it('of a year forward ends what is over; expiry goes on behind it', async () => {
    const { records } = await observed([[0, port(1)], [1, port(2)], [YEAR, port(3)], [YEAR + 20, port(4)], [YEAR + 31, port(5)], [YEAR + 51, port(6)]])
    expect(summary(records)).toEqual(['1: 1/0 idle', '2: 1/0 idle', '3: 1/0 idle', '4: 1/0 idle', '5: 1/0 forced', '6: 1/0 forced'])
  })

  it('of a year back re-bases; flows from the future are not kept for ever', async () => {
    const { records } = await observed([[YEAR, port(1)], [0, port(2)], [20, port(3)], [33, port(4)], [66, port(5)]])
    expect(summary(records)).toEqual(['2: 1/0 idle', '1: 1/0 idle', '3: 1/0 idle', '4: 1/0 idle', '5: 1/0 forced'].sort((a, b) => order(records, a) - order(records, b)))
    expect(records.slice(-1)[0].sp).toBe(5)
    expect(records.filter(({ end_reason }) => end_reason === 'idle')).toHaveLength(4)
  })

  it('of one stamp in the future does no more than end flows', async () => {
    const { records, ledger } = await observed([[0, port(1)], [1, port(1)], [YEAR, port(9)], [2, port(1)], [3, port(1)], [4, port(1)]])
    expect(ledger.packets).toBe(6)
    expect(summary(records.filter(({ sp }) => sp === 1))).toEqual(['1: 2/0 idle', '1: 3/0 forced'])
  })

  it('costs no more than the wheel is long, however far it goes', async () => {
    const wheel = TimingWheel.prototype as unknown as { take(slot: number): void }
    const looks = vi.spyOn(wheel, 'take')
    await observed([[0, port(1)], [100 * YEAR, port(1)]], { epoch: 0 })
    expect(looks.mock.calls.length).toBeLessThanOrEqual(1024)
    looks.mockClear()
    await observed([[0, port(1)], [50 * YEAR, port(1)], [0, port(1)], [50 * YEAR, port(1)]], { epoch: 1 })
    expect(looks.mock.calls.length).toBeLessThanOrEqual(2 * 1024)
  })

  it('of a second costs one look', async () => {
    const looks = vi.spyOn(TimingWheel.prototype as unknown as { take(slot: number): void }, 'take')
    await observed(times('0.1', '0.2', '0.9', '1.0', '1.5', '2.1'))
    expect(looks).toHaveBeenCalledTimes(2)
  })
})

function order(records: readonly { sp: number | null }[], line: string): number {
  return records.findIndex(({ sp }) => line.startsWith(`${sp}:`))
}

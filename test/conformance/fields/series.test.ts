import { describe, expect, it } from 'vitest'

import type { Flow, Seen } from '../flow.ts'
import { ipfixprobeList, ipfixprobeTime } from '../tools/ipfixprobe-rows.ts'
import { isSame } from './compare.ts'
import { headerOctets } from './payloads.ts'
import { histogram, recordOf, seriesFields } from './series.ts'
import { view as nettisa, wholeMean } from './tools/nettisa.ts'
import { view as phists } from './tools/phists.ts'

const BASE = 1_477_674_472_625_696
const own = { sip: '10.0.0.1', dip: '10.0.0.2', proto: 17, sp: 1, dp: 2 }

/** Datagrams over IPv4: time in microseconds, octets of payload, direction. */
function flow(...packets: readonly (readonly [time: number, payload: number, rev?: boolean])[]): Flow {
  return {
    ends: own,
    packets: packets.map(([time, payload, rev = false], i): Seen => ({
      number: i + 1, time: (BASE + time) / 1e6, own, rev, octets: payload + 28, payload, frameLength: payload + 42,
      macSource: null, macDestination: null, isTagged: false, isError: false, syn: null,
    })),
  }
}

describe('what the chains must say of a series of packets', () => {
  it('by direction: lengths, times between, sequences', () => {
    const items = [{ time: 0, length: 60, rev: false }, { time: 15, length: 100, rev: true }, { time: 2_000_000, length: 64, rev: false }, { time: 2_000_100, length: 68, rev: false }]
    expect(seriesFields(items)).toEqual({
      size_min_fwd: 60, size_mean_fwd: 64, size_max_fwd: 68, size_std_fwd: 4, size_hist_fwd: [1, 2, 0, 0, 0, 0, 0, 0],
      iat_min_fwd: 0.0001, iat_mean_fwd: 1.00005, iat_max_fwd: 2, iat_std_fwd: expect.closeTo(1.999_9 / Math.SQRT2, 9), iat_hist_fwd: [0, 0, 1, 0, 0, 0, 1, 0],
      size_min_rev: 100, size_mean_rev: 100, size_max_rev: 100, size_std_rev: null, size_hist_rev: [0, 1, 0, 0, 0, 0, 0, 0],
      iat_min_rev: null, iat_mean_rev: null, iat_max_rev: null, iat_std_rev: null, iat_hist_rev: [0, 0, 0, 0, 0, 0, 0, 0],
      splt_len: [60, 100, 64, 68], splt_dir: [0, 1, 0, 0], splt_time: [0, 0.000015, 2, 2.0001],
    })
  })

  it('a bin begins at its edge', () => {
    expect(histogram([15, 16, 31, 32, 33, 1000], [16, 32])).toEqual([1, 2, 3])
  })

  it('an interval is 0 where stamps go back', () => {
    expect(seriesFields([{ time: 10, length: 1, rev: false }, { time: 4, length: 1, rev: false }])).toMatchObject({ iat_min_fwd: 0, iat_hist_fwd: [1, 0, 0, 0, 0, 0, 0, 0] })
  })
})

describe('what ipfixprobe makes of it', () => {
  const record = recordOf(flow([0, 68], [15, 68], [1_999_304, 76], [2_000_000, 8, true]))

  it('its lengths are those of payloads', () => {
    expect(headerOctets(record)).toBe(28)
    expect(headerOctets({ ...record, proto: 1 })).toBe(20)
  })

  it('phists: bins by octets of payload, and by whole milliseconds since the epoch', () => {
    expect(phists(record)).toEqual({
      phists_sizes_fwd: [0, 0, 0, 3, 0, 0, 0, 0], phists_size_count_fwd: 3, phists_ipt_fwd: [1, 0, 0, 0, 0, 0, 0, 1], phists_ipt_count_fwd: 2,
      phists_sizes_rev: [1, 0, 0, 0, 0, 0, 0, 0], phists_size_count_rev: 1, phists_ipt_rev: [0, 0, 0, 0, 0, 0, 0, 0], phists_ipt_count_rev: 0,
    })
  })

  it('nettisa: both directions together', () => {
    const viewed = nettisa(record)
    expect(viewed).toMatchObject({ NTS_MEAN: 55, NTS_MIN: 8, NTS_MAX: 76, NTS_SWITCHING_RATIO: 0.75 })
    // of 68, 68, 76 and 8
    expect(viewed['NTS_STDEV']).toBeCloseTo(Math.sqrt((13 ** 2 + 13 ** 2 + 21 ** 2 + 47 ** 2) / 4), 9)
    expect(viewed['NTS_ROOT_MEAN_SQUARE']).toBeCloseTo(Math.sqrt((68 ** 2 + 68 ** 2 + 76 ** 2 + 8 ** 2) / 4), 9)
    expect(viewed['NTS_MEAN_DIFFTIMES']).toBeCloseTo(500_000, 3)
    expect(viewed['NTS_MAX_DIFFTIMES']).toBeCloseTo(1_999_289, 3)
    expect(viewed['NTS_MEAN_SCALED_TIME']).toBeCloseTo((15 + 1_999_304 + 2_000_000) / 4, 3)
  })

  it('nettisa: in one direction the times between are those of the chain `time`', () => {
    const viewed = nettisa(recordOf(flow([0, 68], [15, 68], [1_000_000, 76])))
    expect(viewed['NTS_MEAN_DIFFTIMES']).toBeCloseTo(1_000_000 / 3, 3)
    expect(viewed['NTS_MAX_DIFFTIMES']).toBeCloseTo(999_985, 3)
  })

  it('mean in whole octets: 70.67 counts as 70', () => {
    expect(wholeMean.view!(recordOf(flow([0, 68], [1, 68], [2, 76])))['NTS_STDEV']).toBeCloseTo(Math.sqrt((68 ** 2 + 68 ** 2 + 76 ** 2) / 3 - 70 ** 2), 4)
  })

  it('times to the microsecond, and lists', () => {
    expect(ipfixprobeTime('2016-10-28T17:07:52.625696')).toBe(BASE)
    expect(ipfixprobeList('[1|0|18]')).toEqual(['1', '0', '18'])
  })
})

describe('values are the same', () => {
  it('exactly, unless a tolerance is given', () => {
    expect(isSame(1, 1 + 1e-9, 0)).toBe(false)
    expect(isSame(null, 0, 1e-6)).toBe(false)
    expect(isSame(undefined, null, 1e-6)).toBe(false)
    expect(isSame([1, 2], [1, 2], 0)).toBe(true)
    expect(isSame([1, 2], [1, 2, 3], 0)).toBe(false)
  })

  it('within that part of the greater one, or of 1', () => {
    expect(isSame(1e9, 1e9 + 999, 1e-6)).toBe(true)
    expect(isSame(1e9, 1e9 + 1001, 1e-6)).toBe(false)
    expect(isSame(0.5, 0.500_000_9, 1e-6)).toBe(true)
    expect(isSame([0.5], [0.500_002], 1e-6)).toBe(false)
  })
})

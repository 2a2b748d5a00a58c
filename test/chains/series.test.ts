import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { size, splt, time } from '../../src/index.ts'
import { recordsOf, type TimedFrame } from '../../src/testing/build.ts'
import { datagram } from './frames.ts'

/** A datagram whose IP packet has this length. */
const long = (length: number, back = false) => datagram({ back, payload: new Uint8Array(length - 28) })
const at = (time: number, frame = datagram()): TimedFrame => ({ frame, time })

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const deviation = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1))

describe('size', () => {
  it('describes the lengths of each direction', async () => {
    const lengths = [40, 63, 64, 1500, 200, 40]
    const [record] = await recordsOf([size], [...lengths.map((length) => long(length)), long(99, true)])
    expect(record).toMatchObject({ size_min_fwd: 40, size_max_fwd: 1500, size_hist_fwd: [3, 1, 1, 0, 0, 1, 0, 0], size_min_rev: 99, size_mean_rev: 99, size_std_rev: null, size_hist_rev: [0, 1, 0, 0, 0, 0, 0, 0] })
    expect(record.size_mean_fwd).toBeCloseTo(mean(lengths), 9)
    expect(record.size_std_fwd).toBeCloseTo(deviation(lengths), 9)
  })

  it('is null where nothing was sent', async () => {
    const [record] = await recordsOf([size], [long(40)])
    expect(record).toMatchObject({ size_min_rev: null, size_mean_rev: null, size_max_rev: null, size_std_rev: null })
  })

  it('bins are powers of two', async () => {
    const [record] = await recordsOf([size], [28, 63, 64, 127, 128, 255, 256, 511, 512, 1023, 1024, 2047, 2048, 4095, 4096, 60000].map((length) => long(length)))
    expect(record.size_hist_fwd).toEqual([2, 2, 2, 2, 2, 2, 2, 2])
  })
})

describe('time', () => {
  it('describes the times between packets of a direction', async () => {
    const [record] = await recordsOf([time], [at(1), at(1.5), at(1.25, datagram({ back: true })), at(3.5)])
    expect(record).toMatchObject({ iat_min_fwd: 0.5, iat_mean_fwd: 1.25, iat_max_fwd: 2, iat_hist_fwd: [0, 0, 0, 0, 0, 1, 1, 0], iat_min_rev: null, iat_std_rev: null })
    expect(record.iat_std_fwd).toBeCloseTo(deviation([0.5, 2]), 9)
  })

  it('is 0 where time goes back', async () => {
    const [record] = await recordsOf([time], [at(5), at(4)])
    expect(record).toMatchObject({ iat_min_fwd: 0, iat_max_fwd: 0, iat_hist_fwd: [1, 0, 0, 0, 0, 0, 0, 0] })
  })

  it('bins are powers of ten', async () => {
    const gaps = [9.999e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 1.5, 2, 9.999999, 10, 10.5, 11]
    let now = 0
    const [record] = await recordsOf([time], [at(0), ...gaps.map((gap) => at((now = Math.round((now + gap) * 1e9) / 1e9)))])
    expect(record.iat_hist_fwd).toEqual([1, 1, 1, 1, 1, 1, 4, 3])
  })

  it('agrees with the definition, whatever the times', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.nat(2_000_000), { minLength: 3, maxLength: 20 }), async (microseconds) => {
      let now = 0
      const times = [0, ...microseconds].map((each) => (now += each) / 1e6)
      const [record] = await recordsOf([time], times.map((each) => at(each)))
      const gaps = microseconds.map((each) => each / 1e6)
      expect(record.iat_mean_fwd).toBeCloseTo(mean(gaps), 8)
      expect(record.iat_std_fwd).toBeCloseTo(deviation(gaps), 8)
      expect(record.iat_max_fwd).toBeCloseTo(Math.max(...gaps), 8)
    }), { numRuns: 50 })
  })
})

describe('splt', () => {
  it('has length, direction and time of the first packets', async () => {
    const [record] = await recordsOf([splt({ n: 3 })], [at(1.5, long(40)), at(1.75, long(1000, true)), at(3, long(41)), at(4, long(42))])
    expect(record).toMatchObject({ splt_len: [40, 1000, 41], splt_dir: [0, 1, 0], splt_time: [0, 0.25, 1.5] })
  })

  it.each([0, -1, 1.5, 1001, NaN])('n cannot be %d', (n) => {
    expect(() => splt({ n })).toThrow(`chain 'splt': n is ${n}: it must be a whole number from 1 to 1000`)
  })
})

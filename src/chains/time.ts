import { defineChain } from '../chain/define.ts'
import { bins, f64, nullable, state, u32, u64 } from '../chain/field.ts'

const BINS = 8

/** Inter-arrival times. */
export const time = defineChain({
  name: 'time',
  doc: 'Times between a packet and the one before it in its direction; 0 where stamps go back.',
  directional: {
    iat_min: nullable(f64({ doc: 'Least inter-arrival time', unit: 'seconds' })),
    iat_mean: nullable(f64({ doc: 'Mean inter-arrival time', unit: 'seconds' })),
    iat_max: nullable(f64({ doc: 'Greatest inter-arrival time', unit: 'seconds' })),
    iat_std: nullable(f64({ doc: 'Standard deviation (of a sample) of inter-arrival times; null for fewer than two', unit: 'seconds' })),
    iat_hist: bins(BINS, { doc: 'Inter-arrival times: below 10 us, 100 us, 1 ms, 10 ms, 100 ms, 1 s, 10 s, and all others', unit: 'packets' }),
    iat_count: state(u64({ doc: 'Packets so far' })),
    iat_squares: state(f64({ doc: 'Sum of the squared distances from the mean, by the method of Welford' })),
    iat_seconds: state(u32({ doc: 'Time of the packet before' })),
    iat_nanoseconds: state(u32({ doc: 'The rest of it' })),
  },
  ip(flow, ip, _rev, packet) {
    if (ip.isError) return
    const { side } = flow
    const { seconds, nanoseconds } = packet
    const count = side.iat_count
    if (count > 0) {
      const apart = seconds - side.iat_seconds + (nanoseconds - side.iat_nanoseconds) / 1e9
      const gap = apart > 0 ? apart : 0
      side.iat_hist.add(bin(seconds - side.iat_seconds, nanoseconds - side.iat_nanoseconds))
      if (count === 1) side.iat_min = side.iat_max = side.iat_mean = gap
      else {
        if (gap < side.iat_min) side.iat_min = gap
        if (gap > side.iat_max) side.iat_max = gap
        const distance = gap - side.iat_mean
        const mean = side.iat_mean + distance / count
        side.iat_mean = mean
        side.iat_squares += distance * (gap - mean)
      }
    }
    side.iat_count = count + 1
    side.iat_seconds = seconds
    side.iat_nanoseconds = nanoseconds
  },
  end({ fwd, rev }) {
    if (fwd.iat_count > 2) fwd.iat_std = Math.sqrt(fwd.iat_squares / (fwd.iat_count - 2))
    if (rev.iat_count > 2) rev.iat_std = Math.sqrt(rev.iat_squares / (rev.iat_count - 2))
  },
})

/** Exact: in integers. */
function bin(seconds: number, nanoseconds: number): number {
  if (seconds >= 2) return seconds > 10 || (seconds === 10 && nanoseconds >= 0) ? 7 : 6
  const gap = seconds * 1_000_000_000 + nanoseconds
  if (gap < 10_000) return 0
  if (gap < 100_000) return 1
  if (gap < 1_000_000) return 2
  if (gap < 10_000_000) return 3
  if (gap < 100_000_000) return 4
  return gap < 1_000_000_000 ? 5 : 6
}

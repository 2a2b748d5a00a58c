import { defineChain } from '../chain/define.ts'
import { bins, f64, nullable, state, u32, u64 } from '../chain/field.ts'

/** Lengths below 2^6, and from 2^12: the first and the last bin. */
const FIRST_BIN = 5, BINS = 8

/** Lengths of packets. */
export const size = defineChain({
  name: 'size',
  doc: 'Lengths of the IP packets of each direction, as they were sent.',
  directional: {
    size_min: nullable(u32({ doc: 'Least length', unit: 'octets', ie: 'minimumIpTotalLength' })),
    size_mean: nullable(f64({ doc: 'Mean length', unit: 'octets' })),
    size_max: nullable(u32({ doc: 'Greatest length', unit: 'octets', ie: 'maximumIpTotalLength' })),
    size_std: nullable(f64({ doc: 'Standard deviation (of a sample) of the lengths; null for fewer than two', unit: 'octets' })),
    size_hist: bins(BINS, { doc: 'Packets by length: below 64, 64-127, 128-255, 256-511, 512-1023, 1024-2047, 2048-4095, 4096 and more octets', unit: 'packets' }),
    size_count: state(u64({ doc: 'Packets so far' })),
    size_squares: state(f64({ doc: 'Sum of the squared distances from the mean, by the method of Welford' })),
  },
  ip(flow, ip) {
    if (ip.isError) return
    const { side } = flow
    const length = ip.totalLength
    const count = side.size_count + 1
    side.size_count = count
    side.size_hist.add(31 - Math.clz32(length) - FIRST_BIN)
    if (count === 1) {
      side.size_min = side.size_max = length
      side.size_mean = length
      return
    }
    if (length < side.size_min!) side.size_min = length
    if (length > side.size_max!) side.size_max = length
    const distance = length - side.size_mean
    const mean = side.size_mean + distance / count
    side.size_mean = mean
    side.size_squares += distance * (length - mean)
  },
  end({ fwd, rev }) {
    if (fwd.size_count > 1) fwd.size_std = Math.sqrt(fwd.size_squares / (fwd.size_count - 1))
    if (rev.size_count > 1) rev.size_std = Math.sqrt(rev.size_squares / (rev.size_count - 1))
  },
})

import { defineChain } from '../chain/define.ts'
import { list, state, u32 } from '../chain/field.ts'
import { type ChainOption, optionOf } from './options.ts'

const FORWARD = 0, REVERSE = 1, LONGEST = 0xffff

export const SPLT_OPTIONS = {
  n: { doc: 'How many packets of a flow are kept', default: 20, min: 1, max: 1000 },
} as const satisfies Record<string, ChainOption>

/** Sequence of packet lengths and times. @throws {OptionError} WEIR_OPTION_CHAINS */
export function splt(options: { /** How many packets are kept: 1 to 1000. Default 20. */ readonly n?: number } = {}) {
  const max = optionOf('splt', 'n', SPLT_OPTIONS.n, options.n)
  return defineChain({
    name: 'splt',
    doc: `Lengths, directions and times of the first ${max} packets of the flow, errors left out: element i of each list is of the same packet.`,
    fields: {
      splt_len: list('u16', { max, doc: 'Octets of the IP packets as sent, at most 65535', unit: 'octets' }),
      splt_dir: list('u8', { max, doc: '0 for forward, 1 for reverse' }),
      splt_time: list('f64', { max, doc: 'Times since the first of these packets', unit: 'seconds' }),
      splt_seconds: state(u32({ doc: 'Time of the first' })),
      splt_nanoseconds: state(u32({ doc: 'The rest of it' })),
    },
    ip(flow, ip, rev, packet) {
      const lengths = flow.splt_len
      const count = lengths.length
      if (count === max || ip.isError) return
      const { seconds, nanoseconds } = packet
      if (count === 0) {
        flow.splt_seconds = seconds
        flow.splt_nanoseconds = nanoseconds
      }
      const length = ip.totalLength
      lengths.push(length < LONGEST ? length : LONGEST)
      flow.splt_dir.push(rev ? REVERSE : FORWARD)
      flow.splt_time.push(seconds - flow.splt_seconds + (nanoseconds - flow.splt_nanoseconds) / 1e9)
    },
  })
}

import { defineChain } from '../chain/define.ts'
import { nullable, u32, u8 } from '../chain/field.ts'

/** PATHspider's mss chain. */
export const mss = defineChain({
  name: 'mss',
  doc: 'The maximum segment size option of the first SYN of each direction that has one.',
  directional: {
    mss_len: nullable(u8({ doc: 'Length of the option, which ought to be 4', unit: 'octets', rfc: 'RFC 9293' })),
    mss_value: nullable(u32({ doc: 'Maximum segment size', unit: 'octets', rfc: 'RFC 9293; RFC 6691' })),
  },
  tcp(flow, tcp) {
    if (!tcp.syn) return
    const { side } = flow
    const { options } = tcp
    if (options.maximumSegmentSize < 0 || side.mss_value !== null) return
    side.mss_len = options.maximumSegmentSizeLength
    side.mss_value = options.maximumSegmentSize
  },
})

import { tsharkFields } from '../../truth/corpora.ts'
import { expectedFlows } from '../../truth/flow-count.ts'
import { tsharkPacket } from '../../truth/tshark-packet.ts'
import type { Tool } from '../tool.ts'

/** weir's idle timeout. @unit seconds */
const IDLE = 30

/** tshark shows packets; they are put into flows as weir does it: fragments and quoted errors too. */
export const tshark: Tool = (folder, capture) => [{
  tool: 'tshark',
  capture,
  flows: () => expectedFlows(tsharkFields(folder, capture).map(tsharkPacket).filter((packet) => packet !== null), IDLE),
  rules: [],
}]

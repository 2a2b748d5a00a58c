import { defineChain } from '../chain/define.ts'
import { ofFlow } from '../chain/field.ts'

/** What tells a record from all others of the observation. */
export const id = defineChain({
  name: 'id',
  doc: 'Number of the flow, its part, how long the record lasts, and where it was seen.',
  fields: {
    flow_id: ofFlow('number', { doc: "Number of the flow's first packet in the observation, from 1; all parts of a flow have it", ie: 'flowId' }),
    part: ofFlow('part', { doc: '1, and one more for each cut by the active timeout' }),
    duration: ofFlow('duration', { doc: 'From the first packet of the record to its last', unit: 'seconds' }),
    source: ofFlow('source', { doc: "Name of the source that the flow's first packet came from" }),
  },
})

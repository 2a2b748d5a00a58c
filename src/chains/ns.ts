import { defineChain } from '../chain/define.ts'
import { ofFlow } from '../chain/field.ts'

/** Times as exact integers, for those who compute with them. */
export const ns = defineChain({
  name: 'ns',
  doc: 'First and last time as whole nanoseconds since the epoch.',
  fields: {
    first_ns: ofFlow('firstNanoseconds', { doc: 'Time of the first packet', unit: 'nanoseconds' }),
    last_ns: ofFlow('lastNanoseconds', { doc: 'Time of the last packet', unit: 'nanoseconds' }),
  },
})

import { defineChain } from '../chain/define.ts'
import { nullable, state, u64, u8 } from '../chain/field.ts'

/** How far away the ends are, and whether the path changed. */
export const ttl = defineChain({
  name: 'ttl',
  doc: 'Time to live (IPv6: hop limit) of the packets of each direction, as they came by.',
  directional: {
    ttl_min: nullable(u8({ doc: 'Least time to live', ie: 'minimumTTL', rfc: 'RFC 791; RFC 8200' })),
    ttl_max: nullable(u8({ doc: 'Greatest time to live', ie: 'maximumTTL', rfc: 'RFC 791; RFC 8200' })),
    ttl_changes: u64({ doc: 'Packets that came with another time to live than the one before them', unit: 'packets' }),
    ttl_last: state(u8({ doc: 'Time to live of the last packet' })),
  },
  ip(flow, ip) {
    if (ip.isError) return
    const { side } = flow
    const now = ip.timeToLive
    const least = side.ttl_min, greatest = side.ttl_max
    if (least === null || greatest === null) side.ttl_min = side.ttl_max = now
    else if (now !== side.ttl_last) {
      side.ttl_changes += 1
      if (now < least) side.ttl_min = now
      if (now > greatest) side.ttl_max = now
    }
    side.ttl_last = now
  },
})

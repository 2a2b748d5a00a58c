import { defineChain } from '../chain/define.ts'
import { address, nullable, text, u32, u8 } from '../chain/field.ts'
import { ipText } from '../packet/address.ts'
import { Encapsulation } from '../packet/encapsulation.ts'

const NAMES: readonly string[] = ['', '', 'gre', 'erspan', 'vxlan', 'geneve', 'gtp', 'l2tp', 'teredo', 'mpls']

/** What carries the flow, where a tunnel does; without a tunnel all is null. */
export const tunnel = defineChain({
  name: 'tunnel',
  doc: 'The tunnels that the flow is in; its packets are those of the innermost IP header.',
  fields: {
    tunnel: text({ doc: 'Kinds of the tunnels, the outermost first: 4in4, 6in4, 4in6, 6in6, gre, erspan, vxlan, geneve, gtp, l2tp, teredo, mpls' }),
    tunnel_depth: u8({ doc: 'How many there are' }),
    tunnel_sip: address({ doc: "End of the innermost tunnel on the side of the flow's first sender" }),
    tunnel_dip: address({ doc: 'Its other end' }),
  },
  directional: {
    tunnel_id: nullable(u32({ doc: 'Identifier of the innermost tunnel: VNI, key, session, tunnel endpoint', ie: 'layer2SegmentId' })),
  },
  newFlow(flow, _ip, rev, { encapsulations, encapsulationCount, bytes }) {
    if (encapsulationCount === 0) return
    const { kinds, outer, header } = encapsulations
    let names = ''
    let last = -1
    for (let i = 0; i < encapsulationCount; i++) {
      if (outer[i] < 0) continue
      const name = kinds[i] === Encapsulation.IpInIp ? `${bytes[header[i]] >> 4}in${bytes[outer[i]] >> 4}` : NAMES[kinds[i]]
      names = names === '' ? name : `${names}/${name}`
      flow.tunnel_depth++
      last = outer[i]
    }
    if (last < 0) return
    const isIpv4 = bytes[last] >> 4 === 4
    const source = isIpv4 ? ipText(bytes, last + 12, 4) : ipText(bytes, last + 8, 6)
    const destination = isIpv4 ? ipText(bytes, last + 16, 4) : ipText(bytes, last + 24, 6)
    flow.tunnel = names
    flow.tunnel_sip = rev ? destination : source
    flow.tunnel_dip = rev ? source : destination
  },
  ip(flow, _ip, _rev, { encapsulations, encapsulationCount }) {
    if (encapsulationCount === 0) return
    for (let i = encapsulationCount - 1; i >= 0; i--) {
      if (encapsulations.outer[i] < 0) continue
      const identifier = encapsulations.identifiers[i]
      if (identifier >= 0) flow.side.tunnel_id ??= identifier
      return
    }
  },
})

import { defineChain } from '../chain/define.ts'
import { list, nullable, text, u16, u32 } from '../chain/field.ts'
import { Encapsulation } from '../packet/encapsulation.ts'
import { destinationMac, sourceMac } from '../packet/mac.ts'

const LABELS = 8
const BOTTOM_OF_STACK = 0x100

/** What the link layer says of the flow's first packet. */
export const link = defineChain({
  name: 'link',
  doc: "Interface, MAC addresses, VLANs and MPLS labels of the flow's first packet.",
  fields: {
    interface: u32({ doc: 'Number of the interface, distinct over all sources', ie: 'ingressInterface' }),
    mac_src: text({ doc: 'Who sent the frame', ie: 'sourceMacAddress' }),
    mac_dst: text({ doc: 'To whom', ie: 'destinationMacAddress' }),
    vlan: nullable(u16({ doc: 'Identifier of the outermost VLAN tag', ie: 'dot1qVlanId', rfc: 'IEEE 802.1Q' })),
    vlan_inner: nullable(u16({ doc: 'Identifier of the next VLAN tag', ie: 'dot1qCustomerVlanId', rfc: 'IEEE 802.1ad' })),
    mpls: list('u32', { doc: 'Labels, from the top of the stack', max: LABELS, rfc: 'RFC 3032' }),
  },
  newFlow(flow, _ip, _rev, packet) {
    flow.interface = packet.interfaceId
    flow.mac_src = sourceMac(packet)
    flow.mac_dst = destinationMac(packet)
    if (packet.outerVlan >= 0) flow.vlan = packet.outerVlan
    if (packet.innerVlan >= 0) flow.vlan_inner = packet.innerVlan
    const { encapsulations, encapsulationCount, view } = packet
    for (let i = 0; i < encapsulationCount; i++) {
      if (encapsulations.kinds[i] !== Encapsulation.Mpls) continue
      let at = encapsulations.header[i]
      let entry
      do {
        entry = view.getUint32(at)
        at += 4
        flow.mpls.push(entry >>> 12)
      } while ((entry & BOTTOM_OF_STACK) === 0)
    }
  },
})

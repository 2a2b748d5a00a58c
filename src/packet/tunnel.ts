import { Fate } from '../ledger.ts'
import { Encapsulation, NO_IDENTIFIER } from './encapsulation.ts'
import { gre } from './gre.ts'
import { decodeIpv4 } from './ipv4.ts'
import { decodeIpv6 } from './ipv6.ts'
import { Layer } from './layer.ts'
import { walk } from './link.ts'
import type { Packet } from './packet.ts'
import { EtherType, Protocol } from './protocol.ts'
import { mayTunnel, udpTunnel } from './udp-tunnel.ts'

/** How many tunnels may be in one another; what lies deeper counts in the eighth. */
const DEEPEST = 8

/** Read the IP header at `ipOffset`, of either version. */
export function decodeIp(packet: Packet): Fate {
  return packet.ipVersion === 4 ? decodeIpv4(packet) : decodeIpv6(packet)
}

/**
 * The packet that was found may carry another, and that again: go to the innermost. What no packet is found in, for whatever reason,
 * stays what it is: a tunnel that carries no IP, or is malformed or cut, counts in the flow of its outer header; so do fragments.
 * Total: never throws, reads only what was captured.
 */
export function decapsulate(packet: Packet): Fate {
  for (let depth = 0; depth < DEEPEST; depth++) {
    if (!maybeTunnel(packet)) return Fate.Keyed
    const { ipOffset, ipVersion, captureEnd, wireEnd, encapsulationCount, outerVlan, innerVlan } = packet
    const fate = enter(packet)
    // tags within a tunnel are not those of the link
    packet.outerVlan = outerVlan
    packet.innerVlan = innerVlan
    if (fate === Fate.OrphanFragment) return fate
    if (fate !== Fate.Keyed) {
      packet.ipOffset = ipOffset
      packet.ipVersion = ipVersion
      packet.captureEnd = captureEnd
      packet.wireEnd = wireEnd
      packet.encapsulationCount = encapsulationCount
      return decodeIp(packet)
    }
  }
  return Fate.Keyed
}

function maybeTunnel(packet: Packet): boolean {
  if (packet.fragmentOffset !== 0 || packet.moreFragments) return false
  switch (packet.protocol) {
    case Protocol.Udp:
      return packet.hasTransport && mayTunnel(packet.view, packet.transportOffset)
    case Protocol.Ipv4:
    case Protocol.Ipv6:
    case Protocol.Gre:
    case Protocol.Mpls:
      return true
    default:
      return false
  }
}

function enter(packet: Packet): Fate {
  const outer = packet.ipOffset
  const end = outer + packet.ipLength
  packet.captureEnd = packet.ipEnd
  if (end < packet.wireEnd) packet.wireEnd = end
  packet.ipOffset = packet.transportOffset
  const fate = walk(packet, carried(packet, outer))
  return fate === Fate.Keyed ? decodeIp(packet) : fate
}

function carried(packet: Packet, outer: number): number {
  switch (packet.protocol) {
    case Protocol.Udp:
      return udpTunnel(packet, outer)
    case Protocol.Gre:
      return gre(packet, outer)
    case Protocol.Mpls:
      packet.encapsulate(Encapsulation.MplsInIp, outer, packet.ipOffset, NO_IDENTIFIER)
      return EtherType.Mpls
    case Protocol.Ipv4:
    case Protocol.Ipv6:
      packet.encapsulate(Encapsulation.IpInIp, outer, packet.ipOffset, NO_IDENTIFIER)
      return packet.protocol === Protocol.Ipv4 ? EtherType.Ipv4 : EtherType.Ipv6
    default:
      return Layer.NonIp
  }
}

import { Fate } from '../ledger.ts'
import { sll, sll2 } from './cooked.ts'
import { ethernet, llc, vlanTag } from './ethernet.ts'
import { has, Layer, tooShort } from './layer.ts'
import { mpls } from './mpls.ts'
import type { Packet } from './packet.ts'
import { ciscoHdlc, ppp, pppoe, serial } from './ppp.ts'
import { EtherType, LinkType } from './protocol.ts'
import { radiotap, wifi } from './wifi.ts'

/** A link type that weir does not decode: counted as non-IP, and named in a warning. */
export const UNKNOWN_LINK = -1

const FAMILY = 4

/**
 * Find the IP header under the link layer: sets `ipOffset`, `ipVersion`, the VLANs, and what is passed over.
 * Total: never throws, reads only what was captured.
 */
export function decodeLink(packet: Packet): Fate | typeof UNKNOWN_LINK {
  const { start } = packet
  packet.outerVlan = -1
  packet.innerVlan = -1
  packet.encapsulationCount = 0
  packet.ipOffset = start
  packet.captureEnd = start + packet.capturedLength
  packet.wireEnd = start + packet.frameLength
  if (packet.linkType === LinkType.Ethernet) return walk(packet, ethernet(packet))
  const layer = firstLayer(packet)
  return layer === null ? UNKNOWN_LINK : walk(packet, layer)
}

/** Go from layer to layer until IP is found, which then begins at `ipOffset`. */
export function walk(packet: Packet, layer: number): Fate {
  for (;;) {
    switch (layer) {
      case EtherType.Ipv4:
        packet.ipVersion = 4
        return Fate.Keyed
      case EtherType.Ipv6:
        packet.ipVersion = 6
        return Fate.Keyed
      case EtherType.Vlan:
      case EtherType.ServiceVlan:
      case EtherType.StackedVlan:
        layer = vlanTag(packet)
        break
      case EtherType.Mpls:
      case EtherType.MplsMulticast:
        layer = mpls(packet)
        break
      case EtherType.PppoeSession:
        layer = pppoe(packet)
        break
      case Layer.Ethernet:
      case EtherType.TransparentEthernet:
        layer = ethernet(packet)
        break
      case Layer.Llc:
        layer = llc(packet)
        break
      case Layer.Ppp:
        layer = ppp(packet)
        break
      case Layer.Serial:
        layer = serial(packet)
        break
      case Layer.CiscoHdlc:
        layer = ciscoHdlc(packet)
        break
      case Layer.Wifi:
        layer = wifi(packet)
        break
      case Layer.Radiotap:
        layer = radiotap(packet)
        break
      case Layer.Short:
        return Fate.Short
      default:
        return Fate.NonIp
    }
  }
}

/** @returns null for a link type that is not known */
function firstLayer(packet: Packet): number | null {
  switch (packet.linkType) {
    case LinkType.LinuxCooked:
      return sll(packet)
    case LinkType.LinuxCooked2:
      return sll2(packet)
    case LinkType.RawBsd:
    case LinkType.RawOpenBsd:
    case LinkType.Raw:
      return rawIp(packet)
    case LinkType.Ipv4:
      return EtherType.Ipv4
    case LinkType.Ipv6:
      return EtherType.Ipv6
    case LinkType.Null:
    case LinkType.Loop:
      return addressFamily(packet)
    case LinkType.Ppp:
      return Layer.Ppp
    case LinkType.PppSerial:
      return Layer.Serial
    case LinkType.PppEthernet:
      return EtherType.PppoeSession
    case LinkType.CiscoHdlc:
      return Layer.CiscoHdlc
    case LinkType.AtmRfc1483:
      return Layer.Llc
    case LinkType.Wifi:
      return Layer.Wifi
    case LinkType.Radiotap:
      return Layer.Radiotap
    default:
      return null
  }
}

/** The version tells which IP it is. */
export function rawIp(packet: Packet): number {
  if (!has(packet, 1)) return tooShort(packet, 1)
  const version = packet.bytes[packet.ipOffset] >> 4
  if (version === 4) return EtherType.Ipv4
  return version === 6 ? EtherType.Ipv6 : Layer.NonIp
}

/** BSD loopback: an address family in the byte order of the host that captured, so either; IPv6's differs by system. */
function addressFamily(packet: Packet): number {
  if (!has(packet, FAMILY)) return tooShort(packet, FAMILY)
  const { view, ipOffset } = packet
  const big = view.getUint32(ipOffset)
  const family = big > 0xffff ? view.getUint32(ipOffset, true) : big
  packet.ipOffset += FAMILY
  if (family === 2) return EtherType.Ipv4
  return family === 10 || family === 24 || family === 28 || family === 30 ? EtherType.Ipv6 : Layer.NonIp
}

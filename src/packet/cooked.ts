import { has, Layer, tooShort } from './layer.ts'
import type { Packet } from './packet.ts'

/** Linux cooked capture, version 1: ARPHRD type, protocol. @source LINKTYPE_LINUX_SLL */
const SLL_TYPE = 2, SLL_PROTOCOL = 14, SLL_HEADER = 16
/** Version 2. @source LINKTYPE_LINUX_SLL2 */
const SLL2_PROTOCOL = 0, SLL2_TYPE = 8, SLL2_HEADER = 20

/** Types of devices whose frames the protocol field says nothing of. @source Linux, if_arp.h */
const ARPHRD_FRAME_RELAY = 770, ARPHRD_IEEE80211 = 801, ARPHRD_IEEE80211_RADIOTAP = 803, ARPHRD_NETLINK = 824
/** Linux has a number below those of EtherTypes for what comes with LLC. @source Linux, if_ether.h: ETH_P_802_2 */
const PROTOCOL_LLC = 4

export function sll(packet: Packet): number {
  return cooked(packet, SLL_TYPE, SLL_PROTOCOL, SLL_HEADER)
}

export function sll2(packet: Packet): number {
  return cooked(packet, SLL2_TYPE, SLL2_PROTOCOL, SLL2_HEADER)
}

function cooked(packet: Packet, type: number, protocolAt: number, length: number): number {
  if (!has(packet, length)) return tooShort(packet, length)
  const { view, ipOffset } = packet
  packet.ipOffset += length
  switch (view.getUint16(ipOffset + type)) {
    case ARPHRD_IEEE80211:
      return Layer.Wifi
    case ARPHRD_IEEE80211_RADIOTAP:
      return Layer.Radiotap
    case ARPHRD_NETLINK:
    case ARPHRD_FRAME_RELAY:
      return Layer.NonIp
  }
  const protocol = view.getUint16(ipOffset + protocolAt)
  if (protocol >= 0x0600) return protocol
  return protocol === PROTOCOL_LLC ? Layer.Llc : Layer.NonIp
}

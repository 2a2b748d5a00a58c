import { Encapsulation, NO_IDENTIFIER } from './encapsulation.ts'
import { has, Layer, looksLikeEthernet, tooShort } from './layer.ts'
import type { Packet } from './packet.ts'
import { EtherType } from './protocol.ts'

const LABEL = 4, BOTTOM_OF_STACK = 0x100, CONTROL_WORD = 4

/** A stack of labels, whatever its depth. @source RFC 3032 section 2.1 */
export function mpls(packet: Packet): number {
  const { view } = packet
  packet.encapsulate(Encapsulation.Mpls, -1, packet.ipOffset, NO_IDENTIFIER)
  for (;;) {
    if (!has(packet, LABEL)) return tooShort(packet, LABEL)
    const entry = view.getUint32(packet.ipOffset)
    packet.ipOffset += LABEL
    if ((entry & BOTTOM_OF_STACK) !== 0) return carried(packet)
  }
}

/**
 * Labels do not say what they carry: the first four bits do, for IP, and for the control word of a pseudowire, which begins with
 * zeros (RFC 4385 section 3). A pseudowire without a control word begins with an address, which may look like any of them.
 */
function carried(packet: Packet): number {
  if (!has(packet, 1)) return tooShort(packet, 1)
  const at = packet.ipOffset
  switch (packet.bytes[at] >> 4) {
    case 4:
      return !fitsIpv4(packet, at) && looksLikeEthernet(packet, at) ? Layer.Ethernet : EtherType.Ipv4
    case 6:
      return !fitsIpv6(packet, at) && looksLikeEthernet(packet, at) ? Layer.Ethernet : EtherType.Ipv6
    case 0:
      if (!looksLikeEthernet(packet, at) || looksLikeEthernet(packet, at + CONTROL_WORD)) packet.ipOffset += CONTROL_WORD
      return Layer.Ethernet
    default:
      return Layer.Ethernet
  }
}

/** False where the lengths of an IPv4 header contradict each other or the frame. */
function fitsIpv4({ view, captureEnd, wireEnd }: Packet, at: number): boolean {
  if (captureEnd - at < 4) return true
  const headerLength = (view.getUint8(at) & 0x0f) << 2
  const length = view.getUint16(at + 2)
  return headerLength >= 20 && length >= headerLength && at + length <= wireEnd
}

function fitsIpv6({ view, captureEnd, wireEnd }: Packet, at: number): boolean {
  return captureEnd - at < 6 || at + 40 + view.getUint16(at + 4) <= wireEnd
}

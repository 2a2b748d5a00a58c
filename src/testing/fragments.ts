import { EtherType, Protocol } from '../packet/protocol.ts'
import { IP_IN_IP } from './ipv4.ts'
import { IPV6_IN_IP, fragment } from './ipv6.ts'
import { internetChecksum, join, viewOf, withNote } from './layer.ts'

/** Cuts a whole IPv4 packet into fragments of `octets` of payload each (a multiple of 8), the last one shorter (RFC 791 2.3). */
export function fragments4(packet: Uint8Array, octets: number): Uint8Array[] {
  const headerLength = (packet[0] & 15) * 4
  const payload = packet.subarray(headerLength)
  return cuts(payload.length, octets).map(({ from, to, last }) => {
    const piece = join(packet.subarray(0, headerLength), payload.subarray(from, to))
    const view = viewOf(piece)
    view.setUint16(2, piece.length)
    view.setUint16(6, (view.getUint16(6) & 0xc000) | (last ? 0 : 0x2000) | (from / 8))
    view.setUint16(10, 0)
    view.setUint16(10, internetChecksum(piece.subarray(0, headerLength)))
    return withNote(piece, { protocol: IP_IN_IP, etherType: EtherType.Ipv4 })
  })
}

/** The same of an IPv6 packet, all of whose extension headers are in the fragmentable part (RFC 8200 4.5). */
export function fragments6(packet: Uint8Array, octets: number, identification = 1): Uint8Array[] {
  const payload = packet.subarray(40)
  return cuts(payload.length, octets).map(({ from, to, last }) => {
    const header = fragment({ nextHeader: packet[6], fragmentOffset: from / 8, m: !last, identification }, payload.subarray(from, to))
    const piece = join(packet.subarray(0, 40), header)
    viewOf(piece).setUint16(4, header.length)
    piece[6] = Protocol.Fragment
    return withNote(piece, { protocol: IPV6_IN_IP, etherType: EtherType.Ipv6 })
  })
}

function cuts(length: number, octets: number): { from: number; to: number; last: boolean }[] {
  if (octets <= 0 || octets % 8 !== 0) throw new TypeError(`fragments: ${octets} octets is no multiple of 8`)
  return Array.from({ length: Math.ceil(length / octets) }, (_, i) => {
    const to = Math.min(length, (i + 1) * octets)
    return { from: i * octets, to, last: to === length }
  })
}

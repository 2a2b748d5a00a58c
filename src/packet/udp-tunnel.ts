import { Encapsulation, NO_IDENTIFIER } from './encapsulation.ts'
import { has, Layer } from './layer.ts'
import type { Packet } from './packet.ts'
import { EtherType } from './protocol.ts'

/** UDP ports that tunnels have: of the destination; L2TP's and Teredo's of either end. @source IANA service names and port numbers */
const VXLAN = 4789, GENEVE = 6081, GTP_U = 2152, L2TP = 1701, TEREDO = 3544
const UDP_HEADER = 8

/** 1 where a port, modulo 1024, may be one of these: small enough to stay in the processor's first cache. */
const MAYBE = new Uint8Array(1024)
for (const port of [VXLAN, GENEVE, GTP_U, L2TP, TEREDO]) MAYBE[port & 1023] = 1

/** False where the UDP header at `at` has no port of a tunnel. True says nothing. */
export const mayTunnel = (view: DataView, at: number): boolean => (MAYBE[view.getUint16(at) & 1023] | MAYBE[view.getUint16(at + 2) & 1023]) !== 0

/** Pass over UDP and what a tunnel puts behind it. @returns what follows; `Layer.NonIp` where it is no tunnel, or carries none */
export function udpTunnel(packet: Packet, outer: number): number {
  const { view, ipOffset } = packet
  const source = view.getUint16(ipOffset), destination = view.getUint16(ipOffset + 2)
  packet.ipOffset = ipOffset + UDP_HEADER
  switch (destination) {
    case VXLAN:
      return vxlan(packet, outer)
    case GENEVE:
      return geneve(packet, outer)
    case GTP_U:
      return gtp(packet, outer)
  }
  if (source === L2TP || destination === L2TP) return l2tp(packet, outer)
  return source === TEREDO || destination === TEREDO ? teredo(packet, outer) : Layer.NonIp
}

/** @source RFC 7348 section 5 */
function vxlan(packet: Packet, outer: number): number {
  const { view, bytes, ipOffset: at } = packet
  // the flag that says that the identifier is valid
  if (!has(packet, 8) || (bytes[at] & 0x08) === 0) return Layer.NonIp
  packet.encapsulate(Encapsulation.Vxlan, outer, at, view.getUint32(at + 4) >>> 8)
  packet.ipOffset = at + 8
  return Layer.Ethernet
}

/** @source RFC 8926 section 3.4 */
function geneve(packet: Packet, outer: number): number {
  const { view, bytes, ipOffset: at } = packet
  if (!has(packet, 8) || bytes[at] >> 6 !== 0) return Layer.NonIp
  packet.encapsulate(Encapsulation.Geneve, outer, at, view.getUint32(at + 4) >>> 8)
  packet.ipOffset = at + 8 + ((bytes[at] & 0x3f) << 2)
  return view.getUint16(at + 2)
}

/** A user's packet (G-PDU) of GTP version 1. @source 3GPP TS 29.281 section 5 */
function gtp(packet: Packet, outer: number): number {
  const { view, bytes, ipOffset: at } = packet
  if (!has(packet, 8) || bytes[at] >> 4 !== 3 || bytes[at + 1] !== 0xff) return Layer.NonIp
  let next = at + 8
  if ((bytes[at] & 0x07) !== 0) {
    if (!has(packet, 12)) return Layer.NonIp
    // sequence number, N-PDU number, type of the first extension header
    let type = (bytes[at] & 0x04) !== 0 ? bytes[at + 11] : 0
    next += 4
    while (type !== 0) {
      if (next >= packet.captureEnd || bytes[next] === 0) return Layer.NonIp
      next += bytes[next] << 2
      if (next > packet.captureEnd) return Layer.NonIp
      type = bytes[next - 1]
    }
  }
  packet.encapsulate(Encapsulation.Gtp, outer, at, view.getUint32(at + 4))
  packet.ipOffset = next
  return byVersion(packet)
}

/** A data message of version 2: PPP. @source RFC 2661 section 3.1 */
function l2tp(packet: Packet, outer: number): number {
  const CONTROL = 0x8000, LENGTH = 0x4000, SEQUENCE = 0x0800, OFFSET = 0x0200, VERSION = 0x000f
  const { view, ipOffset: at } = packet
  if (!has(packet, 6)) return Layer.NonIp
  const flags = view.getUint16(at)
  if ((flags & CONTROL) !== 0 || (flags & VERSION) !== 2) return Layer.NonIp
  const identifiers = (flags & LENGTH) !== 0 ? 4 : 2
  let length = identifiers + 4 + ((flags & SEQUENCE) !== 0 ? 4 : 0)
  if ((flags & OFFSET) !== 0) {
    if (!has(packet, length + 2)) return Layer.NonIp
    length += 2 + view.getUint16(at + length)
  }
  if (!has(packet, length)) return Layer.NonIp
  packet.encapsulate(Encapsulation.L2tp, outer, at, view.getUint32(at + identifiers))
  packet.ipOffset = at + length
  return Layer.Ppp
}

/** IPv6 behind the indications of authentication and of the origin, where there are any. @source RFC 4380 section 5.1.1 */
function teredo(packet: Packet, outer: number): number {
  const { view, bytes, ipOffset: at } = packet
  let next = at
  if (has(packet, 4) && view.getUint16(next) === 0x0001) next += 4 + bytes[next + 2] + bytes[next + 3] + 8 + 1
  if (packet.captureEnd - next >= 8 && view.getUint16(next) === 0x0000) next += 8
  packet.encapsulate(Encapsulation.Teredo, outer, at, NO_IDENTIFIER)
  packet.ipOffset = next
  return byVersion(packet) === EtherType.Ipv6 ? EtherType.Ipv6 : Layer.NonIp
}

function byVersion(packet: Packet): number {
  if (!has(packet, 1)) return Layer.NonIp
  const version = packet.bytes[packet.ipOffset] >> 4
  return version === 4 ? EtherType.Ipv4 : version === 6 ? EtherType.Ipv6 : Layer.NonIp
}

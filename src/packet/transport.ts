import { Fate } from '../ledger.ts'
import type { Packet } from './packet.ts'
import { hasPorts, isExtension, Protocol } from './protocol.ts'

const PORTS_LENGTH = 4

/** Octets that must be there for a protocol's hook to run: its fixed header. 0: any. */
const FIXED_HEADER = new Uint8Array(256)
FIXED_HEADER[Protocol.Tcp] = 20
FIXED_HEADER[Protocol.Udp] = 8
FIXED_HEADER[Protocol.Icmp] = 4
FIXED_HEADER[Protocol.Icmpv6] = 4
FIXED_HEADER[Protocol.Dccp] = 12
FIXED_HEADER[Protocol.Sctp] = 12
FIXED_HEADER[Protocol.UdpLite] = 8

/** Settle the packet's fate by its ports, and whether its transport header is there for hooks to read. */
export function transport(packet: Packet): Fate {
  const protocol = packet.protocol
  const at = packet.transportOffset
  if (packet.fragmentOffset !== 0) {
    packet.hasTransport = false
    // behind an extension header only the first fragment knows what follows
    return hasPorts(protocol) || isExtension(protocol) ? Fate.OrphanFragment : Fate.Keyed
  }
  packet.hasTransport = packet.ipEnd - at >= FIXED_HEADER[protocol]
  if (hasPorts(protocol) && packet.ipEnd - at < PORTS_LENGTH) {
    // where the frame ended on the wire, no capture cut it
    const end = Math.min(packet.ipOffset + packet.ipLength, packet.wireEnd)
    return end - at < PORTS_LENGTH ? Fate.Malformed : Fate.Short
  }
  return Fate.Keyed
}

import type { PacketView } from '../chain/types.ts'
import type { IpView } from '../packet/ip-view.ts'

const TCP = 6, FLAGS = 13, SYN = 0x02

/** True for a TCP segment that opens a connection. For chains that tell the IP header's marks of these from those of data. */
export function isSyn(ip: IpView, packet: PacketView): boolean {
  return ip.protocol === TCP && packet.hasTransport && (packet.bytes[packet.transportOffset + FLAGS] & SYN) !== 0
}

/** True for a TCP segment that carries nothing: an acknowledgment of its own. */
export function isBare(ip: IpView, packet: PacketView): boolean {
  return ip.protocol === TCP && packet.hasTransport && packet.payloadLength === 0
}

import { ipv4Text, ipv6Text } from './address.ts'
import type { Packet } from './packet.ts'

/** What both versions of IP have. After `decode` every getter is in bounds; none allocates, save the addresses' texts. */
export class IpView {
  /** The packet that this header belongs to; moved with it. */
  protected readonly packet: Packet
  constructor(packet: Packet) {
    this.packet = packet
  }

  /** 4 or 6. */
  get version(): number {
    return this.packet.ipVersion
  }

  /** Octets of the IP packet as it was sent, header included. @unit octets @source RFC 791; RFC 8200; RFC 2675 */
  get totalLength(): number {
    return this.packet.ipLength
  }

  /** Protocol above IP, behind all extension headers. @range 0-255 @source IANA protocol numbers */
  get protocol(): number {
    return this.packet.protocol
  }

  /** Differentiated services field with its two ECN bits; in IPv6 the traffic class. @range 0-255 @source RFC 2474; RFC 3168 */
  get trafficClass(): number {
    const { bytes, ipOffset } = this.packet
    return this.packet.ipVersion === 4 ? bytes[ipOffset + 1] : ((bytes[ipOffset] & 0x0f) << 4) | (bytes[ipOffset + 1] >> 4)
  }

  /** Differentiated services code point. @range 0-63 @source RFC 2474 */
  get dscp(): number {
    return this.trafficClass >> 2
  }

  /** Explicit congestion notification: 0 not capable, 1 ECT(1), 2 ECT(0), 3 CE. @source RFC 3168 section 5 */
  get ecn(): number {
    return this.trafficClass & 3
  }

  /** Time to live, or hop limit. @range 0-255 */
  get timeToLive(): number {
    const { bytes, ipOffset } = this.packet
    return bytes[ipOffset + (this.packet.ipVersion === 4 ? 8 : 7)]
  }

  /** True for an ICMP error, which belongs to the flow it quotes but is none of its own packets. */
  get isError(): boolean {
    return this.packet.isError
  }

  /** Offset of this fragment in the datagram; 0 for a first fragment and a whole packet. @unit octets */
  get fragmentOffset(): number {
    return this.packet.fragmentOffset
  }

  /** True for every fragment but the last. */
  get moreFragments(): boolean {
    return this.packet.moreFragments
  }

  /** Sender as text (RFC 5952). Allocates a string. */
  get sourceAddress(): string {
    const { bytes, ipOffset } = this.packet
    return this.packet.ipVersion === 4 ? ipv4Text(bytes, ipOffset + 12) : ipv6Text(bytes, ipOffset + 8)
  }

  /** Receiver as text (RFC 5952). Allocates a string. */
  get destinationAddress(): string {
    const { bytes, ipOffset } = this.packet
    return this.packet.ipVersion === 4 ? ipv4Text(bytes, ipOffset + 16) : ipv6Text(bytes, ipOffset + 24)
  }
}

/** IPv4 header. @source RFC 791 section 3.1 */
export class Ipv4View extends IpView {
  /** Length of the header with its options. @unit octets @range 20-60 */
  get headerLength(): number {
    return (this.packet.bytes[this.packet.ipOffset] & 0x0f) << 2
  }

  /** @range 0-65535 */
  get identification(): number {
    return this.packet.view.getUint16(this.packet.ipOffset + 4)
  }

  /** The bit that is to be zero: RFC 3514 gave it a use. */
  get reservedFlag(): boolean {
    return (this.packet.bytes[this.packet.ipOffset + 6] & 0x80) !== 0
  }

  get dontFragment(): boolean {
    return (this.packet.bytes[this.packet.ipOffset + 6] & 0x40) !== 0
  }

  get headerChecksum(): number {
    return this.packet.view.getUint16(this.packet.ipOffset + 10)
  }
}

/** IPv6 header. @source RFC 8200 section 3 */
export class Ipv6View extends IpView {
  /** @range 0-1048575 @source RFC 6437 */
  get flowLabel(): number {
    return this.packet.view.getUint32(this.packet.ipOffset) & 0xfffff
  }

  /** As it stands in the header: 0 in a jumbogram. @unit octets @range 0-65535 */
  get payloadLength(): number {
    return this.packet.view.getUint16(this.packet.ipOffset + 4)
  }

  /** What follows the fixed header: an extension header or the protocol. @range 0-255 */
  get nextHeader(): number {
    return this.packet.bytes[this.packet.ipOffset + 6]
  }

  /** @range 0-255 */
  get hopLimit(): number {
    return this.packet.bytes[this.packet.ipOffset + 7]
  }
}

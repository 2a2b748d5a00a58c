import { IpView } from './ip-view.ts'
import type { Packet } from './packet.ts'
import { hasPorts, Protocol } from './protocol.ts'
import { TcpOptionsView } from './tcp-options.ts'

/** A transport header; `decode` has put its fixed part in bounds. */
export class TransportView {
  protected readonly packet: Packet
  constructor(packet: Packet) {
    this.packet = packet
  }

  /** @range 0-255 @source IANA protocol numbers */
  get protocol(): number {
    return this.packet.protocol
  }
}

const SOURCE_PORT = 0, DESTINATION_PORT = 2

/** A transport header that begins with ports: TCP, UDP, UDP-Lite, SCTP, DCCP. */
export class PortsView extends TransportView {
  get sourcePort(): number {
    return this.packet.view.getUint16(this.packet.transportOffset + SOURCE_PORT)
  }

  get destinationPort(): number {
    return this.packet.view.getUint16(this.packet.transportOffset + DESTINATION_PORT)
  }
}

const SEQUENCE_NUMBER = 4, ACKNOWLEDGMENT_NUMBER = 8, DATA_OFFSET = 12, FLAGS = 13, WINDOW = 14, CHECKSUM = 16, URGENT_POINTER = 18

/** TCP header. @source RFC 9293 section 3.1 */
export class TcpView extends PortsView {
  private readonly optionsView: TcpOptionsView
  constructor(packet: Packet) {
    super(packet)
    this.optionsView = new TcpOptionsView(packet)
  }

  /** The options behind the fixed header; read at the first use in a packet, for all chains. */
  get options(): TcpOptionsView {
    return this.optionsView.read()
  }

  /** @range 0-4294967295 */
  get sequenceNumber(): number {
    return this.packet.view.getUint32(this.packet.transportOffset + SEQUENCE_NUMBER)
  }

  /** @range 0-4294967295 */
  get acknowledgmentNumber(): number {
    return this.packet.view.getUint32(this.packet.transportOffset + ACKNOWLEDGMENT_NUMBER)
  }

  /** Length of the header with its options. @unit octets @range 0-60: below 20 the header contradicts itself */
  get headerLength(): number {
    return (this.packet.bytes[this.packet.transportOffset + DATA_OFFSET] >> 4) << 2
  }

  /** Twelve bits: three reserved, AE, CWR, ECE, URG, ACK, PSH, RST, SYN, FIN. @range 0-4095 @source RFC 9293; RFC 9768 */
  get flags(): number {
    return this.packet.view.getUint16(this.packet.transportOffset + DATA_OFFSET) & 0x0fff
  }

  get fin(): boolean {
    return (this.packet.bytes[this.packet.transportOffset + FLAGS] & 0x01) !== 0
  }

  get syn(): boolean {
    return (this.packet.bytes[this.packet.transportOffset + FLAGS] & 0x02) !== 0
  }

  get rst(): boolean {
    return (this.packet.bytes[this.packet.transportOffset + FLAGS] & 0x04) !== 0
  }

  get psh(): boolean {
    return (this.packet.bytes[this.packet.transportOffset + FLAGS] & 0x08) !== 0
  }

  get ack(): boolean {
    return (this.packet.bytes[this.packet.transportOffset + FLAGS] & 0x10) !== 0
  }

  get urg(): boolean {
    return (this.packet.bytes[this.packet.transportOffset + FLAGS] & 0x20) !== 0
  }

  get ece(): boolean {
    return (this.packet.bytes[this.packet.transportOffset + FLAGS] & 0x40) !== 0
  }

  get cwr(): boolean {
    return (this.packet.bytes[this.packet.transportOffset + FLAGS] & 0x80) !== 0
  }

  /** Not scaled. @range 0-65535 */
  get window(): number {
    return this.packet.view.getUint16(this.packet.transportOffset + WINDOW)
  }

  get checksum(): number {
    return this.packet.view.getUint16(this.packet.transportOffset + CHECKSUM)
  }

  get urgentPointer(): number {
    return this.packet.view.getUint16(this.packet.transportOffset + URGENT_POINTER)
  }
}

/** UDP header. @source RFC 768 */
export class UdpView extends PortsView {
  /** Length of header and payload. @unit octets @range 8-65535, 0 in a jumbogram @source RFC 768; RFC 2675 section 4 */
  get length(): number {
    return this.packet.view.getUint16(this.packet.transportOffset + 4)
  }

  /** 0: the sender computed none. */
  get checksum(): number {
    return this.packet.view.getUint16(this.packet.transportOffset + 6)
  }
}

/** The packet that an ICMP error quotes, as far as it was quoted and captured. */
export class QuoteView {
  /** Its IP header. */
  readonly ip: IpView
  private readonly packet: Packet
  private readonly tcpView: TcpView
  constructor(packet: Packet) {
    this.packet = packet
    this.ip = new IpView(packet)
    this.tcpView = new TcpView(packet)
  }

  /** Null for protocols without ports. */
  get sourcePort(): number | null {
    return hasPorts(this.packet.protocol) ? this.packet.view.getUint16(this.packet.transportOffset + SOURCE_PORT) : null
  }

  /** Null for protocols without ports. */
  get destinationPort(): number | null {
    return hasPorts(this.packet.protocol) ? this.packet.view.getUint16(this.packet.transportOffset + DESTINATION_PORT) : null
  }

  /** Its TCP header, where all of the fixed part was quoted. */
  get tcp(): TcpView | null {
    return this.packet.protocol === Protocol.Tcp && this.packet.hasTransport ? this.tcpView : null
  }
}

/** ICMP and ICMPv6 header. @source RFC 792; RFC 4443 */
export class IcmpView extends TransportView {
  /** IP header of the message itself. */
  readonly ip: IpView
  private readonly quoted: QuoteView
  constructor(packet: Packet, quote: Packet) {
    super(packet)
    this.ip = new IpView(packet)
    this.quoted = new QuoteView(quote)
  }

  /** The packet an error is about; null for other messages, and where too little of it was quoted to know its flow. */
  get quote(): QuoteView | null {
    return this.packet.isError ? this.quoted : null
  }

  /** MTU in a "packet too big"; 0 in messages that end before it. @unit octets @source RFC 4443 section 3.2 */
  get mtu(): number {
    return this.packet.ipEnd - this.packet.transportOffset < 8 ? 0 : this.packet.view.getUint32(this.packet.transportOffset + 4)
  }

  /** MTU in a "fragmentation needed"; 0 where the router does not tell. @unit octets @source RFC 1191 section 4 */
  get nextHopMtu(): number {
    return this.mtu & 0xffff
  }

  /** @range 0-255 */
  get type(): number {
    return this.packet.bytes[this.packet.transportOffset]
  }

  /** @range 0-255 */
  get code(): number {
    return this.packet.bytes[this.packet.transportOffset + 1]
  }

  get checksum(): number {
    return this.packet.view.getUint16(this.packet.transportOffset + 2)
  }
}

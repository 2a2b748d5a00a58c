import { Encapsulations, MAX_ENCAPSULATIONS, type Encapsulation } from './encapsulation.ts'
import { Protocol } from './protocol.ts'

const NO_BYTES = new Uint8Array(0)
const NO_VIEW = new DataView(NO_BYTES.buffer)

/**
 * The one packet of an observation: a source writes the frame's place and time into it, `decode` finds the layers, hooks read it.
 * It is moved from packet to packet; a chain must not keep it, nor its bytes.
 */
export class Packet {
  /** The buffer that holds the frame, from `start` for `capturedLength` octets. Valid in hooks only: the source writes it anew. */
  bytes: Uint8Array = NO_BYTES
  /** The same memory as `bytes`. */
  view: DataView = NO_VIEW
  /** Where the frame begins in `bytes`. */
  start = 0
  /** Octets of the frame that were captured. @unit octets */
  capturedLength = 0
  /** Octets of the frame as it was on the wire. @unit octets */
  wireLength = 0
  /** Time of the packet: whole seconds since the epoch. @unit seconds @range 0-4294967295 */
  seconds = 0
  /** Time of the packet: the rest, rounded down. @unit nanoseconds @range 0-999999999 */
  nanoseconds = 0
  /** False where the capture has no time for this packet; it then takes the clock's. */
  stamped = true
  /** Link type, as in tcpdump.org's registry (1: Ethernet). */
  linkType = 1
  /** Interface the packet was captured on, where the capture tells; distinct over all sources of an observation. */
  interfaceId = 0
  /** Where several sources are merged into one: which of its `names` the packet is from, counted from 1. 0: the source is one. */
  sourceNumber = 0

  /** Number of the packet in the observation, from 1. Those that a filter removed are not numbered. */
  number = 0

  /** Where the (innermost) IP header begins in `bytes`. */
  ipOffset = 0
  /** 4 or 6. */
  ipVersion = 0
  /** Octets of the IP packet as it was sent, header included. @unit octets @source RFC 791 total length; RFC 8200 40 + payload length; RFC 2675 */
  ipLength = 0
  /** The protocol above IP and its extension headers. @source IANA protocol numbers */
  protocol = 0
  /** Where the transport header begins in `bytes`; the end of what was captured where it is not there. */
  transportOffset = 0
  /** End of the IP packet in `bytes`, or of what was captured of it. */
  ipEnd = 0
  /** True where the fixed header of the transport protocol was captured: its hook may read it. */
  hasTransport = false
  /** Offset of this fragment in the datagram; 0 for the first, and for a whole packet. @unit octets @source RFC 791; RFC 8200 section 4.5 */
  fragmentOffset = 0
  /** True for every fragment but the last. */
  moreFragments = false
  /** Identification of a fragment's datagram, IPv6; of IPv4 it is read where it is needed. */
  identification = 0
  /** True for an ICMP error that was assigned to the flow it quotes. */
  isError = false
  /** 802.1Q VLAN identifiers of the outermost and the next tag; -1: no tag. @range -1-4095 */
  outerVlan = -1
  innerVlan = -1
  /** End in `bytes` of what was captured of the frame, or of the tunnel around the layer that is read. `decode` writes and reads it. */
  captureEnd = 0
  /** Where that ended on the wire. */
  wireEnd = 0
  /** Where packets are carried by others, the innermost is decoded; else the outermost. */
  entersTunnels = true
  /** How many tunnels and label stacks are in front of the IP header; `encapsulations` has them. */
  encapsulationCount = 0
  readonly encapsulations = new Encapsulations()
  /** True for a packet against its flow's direction. */
  rev = false

  /** Octets of the frame on the wire; where a capture says that it holds more than there was, what it holds. @unit octets */
  get frameLength(): number {
    return this.wireLength > this.capturedLength ? this.wireLength : this.capturedLength
  }

  /** Keep what was passed over; what is beyond the room for it is not kept. */
  encapsulate(kind: Encapsulation, outer: number, header: number, identifier: number): void {
    const { encapsulations, encapsulationCount: at } = this
    if (at === MAX_ENCAPSULATIONS) return
    encapsulations.kinds[at] = kind
    encapsulations.outer[at] = outer
    encapsulations.header[at] = header
    encapsulations.identifiers[at] = identifier
    this.encapsulationCount = at + 1
  }

  /** Where the transport payload begins in `bytes`. */
  get payloadOffset(): number {
    return this.transportOffset + transportHeaderLength(this)
  }

  /** Octets of transport payload as it was sent, bounded by the IP length: link-layer padding is not payload. @unit octets */
  get payloadLength(): number {
    const length = this.ipOffset + this.ipLength - this.payloadOffset
    return length > 0 ? length : 0
  }

  /** Octets of that payload that were captured. @unit octets */
  get payloadCaptured(): number {
    const length = this.ipEnd - this.payloadOffset
    return length > 0 ? length : 0
  }
}

/** TCP's and DCCP's headers are as long as they say; the others' are fixed; a protocol without a known header is all payload. */
function transportHeaderLength(packet: Packet): number {
  if (!packet.hasTransport) return 0
  switch (packet.protocol) {
    case Protocol.Tcp:
      // RFC 9293 section 3.1: the data offset counts 32-bit words
      return (packet.bytes[packet.transportOffset + 12] >> 4) << 2
    case Protocol.Udp:
    case Protocol.UdpLite:
      return 8
    case Protocol.Icmp:
    case Protocol.Icmpv6:
      return 8
    case Protocol.Sctp:
      return 12
    case Protocol.Dccp:
      // RFC 4340 section 5.1: the data offset counts 32-bit words
      return packet.bytes[packet.transportOffset + 4] << 2
    default:
      return 0
  }
}

import type { HeldFragment } from '../flow/fragments.ts'
import { FlowKey, type KeyScheme } from '../flow/key.ts'
import { Fate } from '../ledger.ts'
import { decode } from '../packet/decode.ts'
import { decodeQuote, isIcmpError } from '../packet/icmp-error.ts'
import { IpView, Ipv4View, Ipv6View } from '../packet/ip-view.ts'
import type { UNKNOWN_LINK } from '../packet/link.ts'
import { Packet } from '../packet/packet.ts'
import { Protocol } from '../packet/protocol.ts'
import { IcmpView, TcpView, TransportView, UdpView } from '../packet/transport-view.ts'

/** One packet on its way: the packet, what it was decoded to, its key, and the views that hooks see it through. */
export class Lane {
  readonly packet = new Packet()
  /** The packet that an ICMP error quotes. */
  readonly quote = new Packet()
  /** The packet that the key is of: an ICMP error has that of its quote. */
  keyed = this.packet
  readonly key: FlowKey
  fate: Fate | typeof UNKNOWN_LINK = Fate.NonIp
  readonly ip = new IpView(this.packet)
  readonly ip4 = new Ipv4View(this.packet)
  readonly ip6 = new Ipv6View(this.packet)
  readonly icmp = new IcmpView(this.packet, this.quote)
  readonly tcp = new TcpView(this.packet)
  readonly udp = new UdpView(this.packet)
  readonly transport = new TransportView(this.packet)

  constructor(scheme: KeyScheme, tunnels: 'inner' | 'outer') {
    this.key = new FlowKey(scheme)
    this.packet.entersTunnels = tunnels === 'inner'
  }

  /** Show a fragment that was held until its first came: its IP header and time are all there is of it. */
  show(fragment: HeldFragment, first: Packet): void {
    const { packet } = this
    const { header } = fragment
    packet.bytes = header
    packet.view = new DataView(header.buffer, header.byteOffset, header.length)
    packet.start = packet.ipOffset = 0
    packet.ipVersion = fragment.ipVersion
    packet.ipLength = fragment.ipLength
    packet.ipEnd = packet.transportOffset = header.length
    packet.protocol = first.protocol
    packet.hasTransport = false
    packet.fragmentOffset = fragment.fragmentOffset
    packet.moreFragments = fragment.moreFragments
    packet.number = fragment.number
    packet.seconds = fragment.seconds
    packet.nanoseconds = fragment.nanoseconds
    packet.wireLength = fragment.wireLength
    packet.capturedLength = fragment.capturedLength
    packet.linkType = first.linkType
    packet.interfaceId = first.interfaceId
    packet.outerVlan = first.outerVlan
    packet.innerVlan = first.innerVlan
    packet.encapsulationCount = 0
    packet.rev = first.rev
  }

  /** The packet is one that a burst decoded: what all of those have in common. */
  beUsual(): void {
    const { packet } = this
    this.fate = Fate.Keyed
    packet.isError = false
    // a reference is written only when it changes: that costs more than a comparison
    if (this.keyed !== packet) this.keyed = packet
    packet.outerVlan = -1
    packet.innerVlan = -1
    packet.encapsulationCount = 0
    packet.fragmentOffset = 0
    packet.moreFragments = false
    packet.hasTransport = true
  }

  /** Depends on nothing but the frame. */
  decode(): void {
    const { packet, quote } = this
    packet.isError = false
    if (this.keyed !== packet) this.keyed = packet
    this.fate = decode(packet)
    if (this.fate !== Fate.Keyed) return
    if ((packet.protocol === Protocol.Icmp || packet.protocol === Protocol.Icmpv6) && isIcmpError(packet) && decodeQuote(packet, quote)) {
      packet.isError = true
      this.keyed = quote
    }
    this.key.load(this.keyed)
  }
}

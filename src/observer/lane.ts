import { FlowKey, type KeyOptions } from '../flow/key.ts'
import { Fate } from '../ledger.ts'
import { decode } from '../packet/decode.ts'
import { IpView, Ipv4View, Ipv6View } from '../packet/ip-view.ts'
import type { UNKNOWN_LINK } from '../packet/link.ts'
import { Packet } from '../packet/packet.ts'
import { IcmpView, TcpView, TransportView, UdpView } from '../packet/transport-view.ts'

/** How many packets are under way together. */
export const LANES = 32

/** One packet on its way: the packet, what it was decoded to, its key, and the views that hooks see it through. */
export class Lane {
  readonly packet = new Packet()
  readonly key: FlowKey
  fate: Fate | typeof UNKNOWN_LINK = Fate.NonIp
  /** What the index held at the key's home slot, when it was looked at. */
  entry = 0
  readonly ip = new IpView(this.packet)
  readonly ip4 = new Ipv4View(this.packet)
  readonly ip6 = new Ipv6View(this.packet)
  readonly icmp = new IcmpView(this.packet)
  readonly tcp = new TcpView(this.packet)
  readonly udp = new UdpView(this.packet)
  readonly transport = new TransportView(this.packet)

  constructor(options: KeyOptions, seed: Int32Array) {
    this.key = new FlowKey(options, seed)
  }

  /** Depends on nothing but the frame. */
  decode(): void {
    this.fate = decode(this.packet)
    if (this.fate === Fate.Keyed) this.key.load(this.packet)
  }
}

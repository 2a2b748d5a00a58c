import { FrameWindow } from './frame-window.ts'
import type { Packet } from './packet.ts'
import { carriedSeconds, type PcapFormat } from './pcap-format.ts'
import { LinkType, Protocol } from './protocol.ts'
import { mayTunnel } from './udp-tunnel.ts'

// a constant of the module's own is folded into the code, an object of another's is looked up
const { Ethernet: ETHERNET } = LinkType
const { Tcp: TCP, Udp: UDP } = Protocol

/** How many packets are under way together. */
export const BURST = 32

const ETHERNET_HEADER = 14, IPV4_HEADER = 20, IPV6_HEADER = 40, TCP_HEADER = 20, UDP_HEADER = 8
/** EtherType of IPv4, version 4, a header of five words; EtherType of IPv6, version 6. */
const USUAL_IPV4 = 0x080045, USUAL_IPV6 = 0x86dd6
/** Offset and more-fragments bits. */
const FRAGMENT_BITS = 0x3fff

/**
 * The packets that are under way together, by column. Numbers in arrays that are made once are read and written in a third of the instructions that the fields
 * of many packets take (docs/decisions/hot-path.md).
 *
 * The frames that nearly all are, are *usual*, and decoded in one go: Ethernet without tags, IPv4 without options and whole or IPv6 without extension
 * headers, TCP or UDP with their fixed header, and no port of a tunnel. That decides nothing by itself: what it says is what `decode` says.
 */
export class Burst {
  /** What `readPcap` reads from. Places of its packets are counted from its first octet. */
  readonly window = new FrameWindow()
  /** How many packets it read, and how many of them are not usual. */
  count = 0
  unusual = 0
  /** Of all that it read. */
  linkType = 0
  interfaceId = 0

  private readonly start = new Int32Array(BURST)
  private readonly capturedLength = new Int32Array(BURST)
  private readonly wireLength = new Uint32Array(BURST)
  private readonly seconds = new Uint32Array(BURST)
  private readonly nanoseconds = new Int32Array(BURST)
  /** 1 where the capture has a time for the packet; a usual one has. */
  readonly stamped = new Int32Array(BURST)
  /** 4 or 6; 0 where the frame is not usual: what is below is then not known. */
  readonly ipVersion = new Int32Array(BURST)
  readonly transportOffset = new Int32Array(BURST)
  readonly protocol = new Int32Array(BURST)
  private readonly ipLength = new Int32Array(BURST)
  private readonly ipEnd = new Int32Array(BURST)

  /**
   * Read records of a pcap capture.
   * @param from the first octet in the window that was not read @param to the end of what is there @param wanted at most `BURST`
   * @returns the first octet that was not read now
   */
  readonly readPcap = (format: PcapFormat, from: number, to: number, wanted: number): number => {
    const { littleEndian: little, linkType } = format
    const perSecond = format.perSecond | 0, nanoseconds = format.nanoseconds | 0, longest = format.longest | 0
    const recordHeader = format.recordHeader | 0, capturedAt = format.capturedAt | 0, wireAt = format.wireAt | 0
    const end = to | 0
    const { view } = this.window
    let at = from | 0, count = 0, unusual = 0
    for (; count < wanted; count++) {
      const start = at + recordHeader
      if (start > end) break
      const captured = view.getUint32(at + capturedAt, little)
      if (captured > longest || start + captured > end) break
      const second = view.getUint32(at, little), fraction = view.getUint32(at + 4, little)
      let stamped = true
      if (fraction < perSecond) {
        this.seconds[count] = second
        this.nanoseconds[count] = fraction * nanoseconds
      } else {
        stamped = this.carry(count, second, fraction, format)
      }
      this.start[count] = start
      this.capturedLength[count] = captured
      this.wireLength[count] = view.getUint32(at + wireAt, little)
      this.stamped[count] = stamped ? 1 : 0
      if ((linkType === ETHERNET && stamped ? this.decode(count, view, start, captured) : (this.ipVersion[count] = 0)) === 0) unusual++
      at = start + captured
    }
    this.count = count
    this.unusual = unusual
    this.linkType = linkType
    return at
  }

  /** Decode the frame as packet `i`, where it is usual. @returns 4 or 6; 0 where it is not */
  readonly decode = (i: number, view: DataView, start: number, captured: number): number => (this.ipVersion[i] = this.layers(i, view, start, captured))

  /** Write what is known of every packet that was read, but whether it is stamped. */
  readonly showRecord = (i: number, packet: Packet): void => {
    packet.seconds = this.seconds[i]
    packet.nanoseconds = this.nanoseconds[i]
    packet.start = this.start[i]
    packet.capturedLength = this.capturedLength[i]
    packet.wireLength = this.wireLength[i]
  }

  /** Write the layers of a usual packet; `start` is there. */
  readonly showLayers = (i: number, packet: Packet): void => {
    packet.ipOffset = packet.start + ETHERNET_HEADER
    packet.ipVersion = this.ipVersion[i]
    packet.ipLength = this.ipLength[i]
    packet.ipEnd = this.ipEnd[i]
    packet.transportOffset = this.transportOffset[i]
    packet.protocol = this.protocol[i]
  }

  private readonly layers = (i: number, view: DataView, start: number, captured: number): number => {
    if (captured < ETHERNET_HEADER + IPV4_HEADER + UDP_HEADER) return 0
    const type = view.getInt32(start + 12)
    const at = start + ETHERNET_HEADER
    if (type >> 8 === USUAL_IPV4) {
      if ((view.getUint16(at + 6) & FRAGMENT_BITS) !== 0) return 0
      return this.transport(i, view, at, IPV4_HEADER, view.getUint16(at + 2), view.getUint8(at + 9), start + captured) ? 4 : 0
    }
    if (type >>> 12 !== USUAL_IPV6 || captured < ETHERNET_HEADER + IPV6_HEADER + UDP_HEADER) return 0
    const payload = view.getUint16(at + 4)
    // none: a jumbogram
    return payload !== 0 && this.transport(i, view, at, IPV6_HEADER, IPV6_HEADER + payload, view.getUint8(at + 6), start + captured) ? 6 : 0
  }

  private readonly transport = (i: number, view: DataView, at: number, header: number, length: number, protocol: number, captureEnd: number): boolean => {
    // the lesser, without a branch: whether there is a trailer cannot be foreseen
    const beyond = captureEnd - at - length
    const end = at + length + (beyond & (beyond >> 31))
    const offset = at + header
    if (protocol === TCP ? end - offset < TCP_HEADER : protocol !== UDP || end - offset < UDP_HEADER || mayTunnel(view, offset)) return false
    this.ipLength[i] = length
    this.ipEnd[i] = end
    this.transportOffset[i] = offset
    this.protocol[i] = protocol
    return true
  }

  /** @returns false where that is no time */
  private carry(i: number, second: number, fraction: number, format: PcapFormat): boolean {
    const seconds = carriedSeconds(second, fraction, format), isTime = seconds >= 0
    this.seconds[i] = isTime ? seconds : 0
    this.nanoseconds[i] = isTime ? (fraction % format.perSecond) * format.nanoseconds : 0
    return isTime
  }
}

import { FrameWindow } from './frame-window.ts'
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
const LATEST_SECOND = 0xffffffff

/** How the records of a pcap capture are read. */
export interface PcapFormat {
  readonly littleEndian: boolean
  /** Units of the time stamp's second half in a second, and nanoseconds in a unit. */
  readonly perSecond: number
  readonly nanoseconds: number
  /** Octets of a frame at most. */
  readonly longest: number
  readonly recordHeader: number
  /** Where in the header the lengths are. */
  readonly capturedAt: number
  readonly wireAt: number
  readonly linkType: number
}

/**
 * A few packets that were read together, by column: places are counted from the first octet of the window.
 *
 * The frames that nearly all are, are decoded in one go: Ethernet without tags, IPv4 without options and whole or IPv6 without extension headers, TCP or UDP with
 * their fixed header. That decides nothing by itself: what it says is what `decodeAny` says.
 */
export class Burst {
  readonly window = new FrameWindow()
  /** How many there are, and how many of them are not usual. */
  count = 0
  unusual = 0
  /** Of all of them. */
  linkType = 0
  interfaceId = 0

  readonly start = new Int32Array(BURST)
  readonly capturedLength = new Int32Array(BURST)
  readonly wireLength = new Uint32Array(BURST)
  readonly seconds = new Uint32Array(BURST)
  readonly nanoseconds = new Int32Array(BURST)
  /** 1 where the capture has a time for the packet. */
  readonly stamped = new Int32Array(BURST)
  /** 4 or 6; 0 where the frame is not usual: all below are then not known. */
  readonly ipVersion = new Int32Array(BURST)
  readonly ipLength = new Int32Array(BURST)
  readonly ipEnd = new Int32Array(BURST)
  readonly transportOffset = new Int32Array(BURST)
  readonly protocol = new Int32Array(BURST)

  /**
   * Read records of a pcap capture.
   * @param from the first octet in the window that was not read @param to the end of what is there
   * @returns the first octet that was not read now
   */
  readonly readPcap = (format: PcapFormat, from: number, to: number, wanted: number): number => {
    const { littleEndian, linkType } = format
    const perSecond = format.perSecond | 0, nanoseconds = format.nanoseconds | 0, longest = format.longest | 0
    const recordHeader = format.recordHeader | 0, capturedAt = format.capturedAt | 0, wireAt = format.wireAt | 0, end = to | 0
    const { view } = this.window
    const { start: starts, capturedLength, wireLength, seconds, nanoseconds: rest, stamped, ipVersion } = this
    const little = littleEndian === true, isEthernet = linkType === ETHERNET
    let at = from | 0, count = 0, unusual = 0
    while (count < wanted) {
      const start = at + recordHeader
      if (start > end) break
      const captured = view.getUint32(at + capturedAt, little)
      if (captured > longest || start + captured > end) break
      const second = view.getUint32(at, little), fraction = view.getUint32(at + 4, little)
      if (fraction < perSecond) {
        seconds[count] = second
        rest[count] = fraction * nanoseconds
        stamped[count] = 1
      } else {
        // some writers add to the fraction alone
        const whole = Math.floor(fraction / perSecond)
        const isTime = second + whole <= LATEST_SECOND
        stamped[count] = isTime ? 1 : 0
        seconds[count] = isTime ? second + whole : 0
        rest[count] = isTime ? (fraction - whole * perSecond) * nanoseconds : 0
      }
      starts[count] = start
      capturedLength[count] = captured
      wireLength[count] = view.getUint32(at + wireAt, little)
      const version = isEthernet ? this.decode(count, start, captured) : 0
      ipVersion[count] = version
      if (version === 0) unusual++
      at = start + captured
      count++
    }
    this.count = count
    this.unusual = unusual
    return at
  }

  /** @returns 0 for a frame that is not usual */
  private readonly decode = (i: number, start: number, captured: number): 0 | 4 | 6 => {
    if (captured < ETHERNET_HEADER + IPV4_HEADER + UDP_HEADER) return 0
    const { view } = this.window
    const type = view.getInt32(start + 12)
    const at = start + ETHERNET_HEADER
    if (type >> 8 === USUAL_IPV4) {
      if ((view.getUint16(at + 6) & FRAGMENT_BITS) !== 0) return 0
      return this.transport(i, at, IPV4_HEADER, view.getUint16(at + 2), view.getUint8(at + 9), start + captured) ? 4 : 0
    }
    if (type >>> 12 !== USUAL_IPV6 || captured < ETHERNET_HEADER + IPV6_HEADER + UDP_HEADER) return 0
    const payload = view.getUint16(at + 4)
    // none: a jumbogram
    return payload !== 0 && this.transport(i, at, IPV6_HEADER, IPV6_HEADER + payload, view.getUint8(at + 6), start + captured) ? 6 : 0
  }

  private readonly transport = (i: number, at: number, header: number, length: number, protocol: number, captureEnd: number): boolean => {
    const end = at + length < captureEnd ? at + length : captureEnd
    const offset = at + header
    if (protocol === TCP ? end - offset < TCP_HEADER : protocol !== UDP || end - offset < UDP_HEADER || mayTunnel(this.window.view, offset)) return false
    this.ipLength[i] = length
    this.ipEnd[i] = end
    this.transportOffset[i] = offset
    this.protocol[i] = protocol
    return true
  }
}

import type { Frame } from './frames.ts'

/** An IP packet, with what each of the two observers takes for its parts. */
export interface IpPacket {
  readonly time: number
  readonly version: 4 | 6
  readonly source: string
  readonly destination: string
  /** Behind all extension headers. */
  readonly protocol: number
  /** What the fixed header says comes next. */
  readonly nextHeader: number
  /** Octets of the packet as sent, and as they lie in the capture: less where it cut them, more where Ethernet padded them. */
  readonly sentOctets: number
  readonly capturedOctets: number
  /** From the transport header to the end of the packet, or of what was captured of it. */
  readonly transport: Uint8Array
  /** From the transport header to the end of the frame, padding included. */
  readonly transportAndTrailer: Uint8Array
  /** Octets of transport header and payload by the length fields. */
  readonly payloadLength: number
  /** Name of the datagram that this is a fragment of; null for a whole packet. */
  readonly datagram: string | null
  readonly fragmentOffset: number
  readonly trafficClass: number
  readonly reservedBit: boolean
}

/** What is no IP packet with addresses: counted, and left. */
export type Unkeyed = 'non-ip' | 'short'

const LINK_HEADERS = new Map([[1, { length: 14, type: 12 }], [113, { length: 16, type: 14 }], [276, { length: 20, type: 0 }]])
const PPP = 9
const BARE_IP = new Set([12, 101, 228])
const EXTENSIONS = new Set([0, 43, 44, 51, 60])
const FRAGMENT = 44

/** Find the IP packet in a frame. `readsPpp`: PPP in its framing, too, with IPv4. */
export function readFrame(frame: Frame, readsPpp: boolean): IpPacket | Unkeyed {
  const { bytes, linkType } = frame
  if (linkType === PPP) return readsPpp ? readIp(frame, 4, 4) : 'non-ip'
  if (BARE_IP.has(linkType)) return readIp(frame, 0, bytes[0] >> 4)
  const header = LINK_HEADERS.get(linkType)
  if (header === undefined) return 'non-ip'
  if (bytes.length < header.length) return 'short'
  const type = (bytes[header.type] << 8) | bytes[header.type + 1]
  return type === 0x0800 ? readIp(frame, header.length, 4) : type === 0x86dd ? readIp(frame, header.length, 6) : 'non-ip'
}

/** Read the IP packet that begins at an offset of a frame. `end`: of the packet that it is quoted in. */
export function readIp(frame: Frame, at: number, version: number, end = frame.bytes.length): IpPacket | Unkeyed {
  const ip = frame.bytes.subarray(at)
  if (ip.length < (version === 4 ? 20 : 40) || ip[0] >> 4 !== version) return 'short'
  return version === 4 ? readIpv4(frame, at, ip, end) : readIpv6(frame, at, ip, end)
}

function readIpv4(frame: Frame, at: number, ip: Uint8Array, end: number): IpPacket {
  const headerLength = (ip[0] & 0x0f) * 4
  const sentOctets = word(ip, 2) || frame.wireLength - at
  const source = ip.subarray(12, 16).join('.')
  const destination = ip.subarray(16, 20).join('.')
  const fragmentOffset = (word(ip, 6) & 0x1fff) * 8
  const isFragment = fragmentOffset !== 0 || (ip[6] & 0x20) !== 0
  return {
    time: frame.time, version: 4, source, destination, protocol: ip[9], nextHeader: ip[9],
    sentOctets, capturedOctets: ip.length,
    transport: ip.subarray(headerLength, Math.min(sentOctets, end - at)), transportAndTrailer: ip.subarray(headerLength),
    payloadLength: sentOctets - headerLength,
    datagram: isFragment ? `${source} ${destination} ${word(ip, 4)} ${ip[9]}` : null, fragmentOffset,
    trafficClass: ip[1], reservedBit: (ip[6] & 0x80) !== 0,
  }
}

function readIpv6(frame: Frame, at: number, ip: Uint8Array, end: number): IpPacket | Unkeyed {
  const sentOctets = 40 + word(ip, 4)
  const source = ipv6Text(ip.subarray(8, 24))
  const destination = ipv6Text(ip.subarray(24, 40))
  let protocol = ip[6]
  let headersEnd = 40
  let datagram: string | null = null
  let fragmentOffset = 0
  while (EXTENSIONS.has(protocol) && fragmentOffset === 0) {
    const header = ip.subarray(headersEnd, headersEnd + 8)
    if (header.length < 8) return 'short'
    if (protocol === FRAGMENT) {
      fragmentOffset = word(header, 2) & 0xfff8
      datagram = `${source} ${destination} ${header.subarray(4).join('.')}`
    }
    headersEnd += protocol === FRAGMENT ? 8 : protocol === 51 ? (header[1] + 2) * 4 : (header[1] + 1) * 8
    protocol = header[0]
  }
  return {
    time: frame.time, version: 6, source, destination, protocol, nextHeader: ip[6],
    sentOctets, capturedOctets: ip.length,
    transport: ip.subarray(headersEnd, Math.min(sentOctets, end - at)), transportAndTrailer: ip.subarray(headersEnd),
    payloadLength: sentOctets - headersEnd, datagram, fragmentOffset,
    trafficClass: ((ip[0] & 0x0f) << 4) | (ip[1] >> 4), reservedBit: false,
  }
}

export function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1]
}

/** As browsers write it, which is RFC 5952. */
function ipv6Text(address: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => word(address, i * 2).toString(16))
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1)
}

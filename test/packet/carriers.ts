import { hex, join } from '../../src/testing/build.ts'

/** What carries IP, built from the inside; numbers are those of the RFCs that src/packet names. */

const uint16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 255)
const uint32 = (value: number): Uint8Array => Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255)

/** Of IPv4 and IPv6, by the version. */
export function etherTypeOf(packet: Uint8Array): number {
  return packet[0] >> 4 === 6 ? 0x86dd : 0x0800
}

export function pppOf(packet: Uint8Array, { framed = false, compressed = false } = {}): Uint8Array {
  const protocol = etherTypeOf(packet) === 0x86dd ? 0x57 : 0x21
  return join(framed ? hex('ff03') : hex(''), compressed ? Uint8Array.of(protocol) : uint16(protocol), packet)
}

/** Behind an EtherType of 0x8847. */
export function mplsOf(labels: readonly number[], payload: Uint8Array): Uint8Array {
  return join(...labels.map((label, i) => uint32(((label << 12) | (i === labels.length - 1 ? 0x100 : 0) | 64) >>> 0)), payload)
}

/** Behind an EtherType of 0x8864. */
export function pppoeOf(packet: Uint8Array): Uint8Array {
  const inner = pppOf(packet)
  return join(hex('1100 0042'), uint16(inner.length), inner)
}

export function hdlcOf(packet: Uint8Array, address = 0x0f): Uint8Array {
  return join(Uint8Array.of(address, 0), uint16(etherTypeOf(packet)), packet)
}

export function snapOf(payload: Uint8Array, type = etherTypeOf(payload), oui = '000000'): Uint8Array {
  return join(hex('aaaa03'), hex(oui), uint16(type), payload)
}

/** An Ethernet frame with a length in place of an EtherType. */
export function lengthFrame(llc: Uint8Array): Uint8Array {
  return join(hex('020000000002 020000000001'), uint16(llc.length), llc)
}

export interface WifiFields {
  readonly type?: number
  readonly flags?: number
  readonly fragment?: number
  /** QoS control, and whatever follows it. */
  readonly more?: Uint8Array
}

/** A data frame of IEEE 802.11; a QoS one where `more` is given. */
export function wifiOf(payload: Uint8Array, { type = 0x08, flags = 1, fragment = 0, more }: WifiFields = {}): Uint8Array {
  const fourth = (flags & 3) === 3 ? new Uint8Array(6) : hex('')
  return join(Uint8Array.of(more === undefined ? type : type | 0x80, flags), new Uint8Array(20), Uint8Array.of(fragment, 0), fourth, more ?? hex(''), payload)
}

/** `fields`: from the presence words on. */
export function radiotapOf(fields: Uint8Array, frame: Uint8Array): Uint8Array {
  const length = 4 + fields.length
  return join(Uint8Array.of(0, 0, length & 255, length >> 8), fields, frame)
}

export const PPP_TYPE = 0x880b, ETHERNET_TYPE = 0x6558, ERSPAN_TYPE = 0x88be

export interface GreFields {
  readonly type?: number
  readonly checksum?: boolean
  readonly key?: number
  readonly sequence?: number
  readonly flags?: number
}

/** Protocol 47. */
export function greOf(payload: Uint8Array, { type = etherTypeOf(payload), checksum = false, key, sequence, flags = 0 }: GreFields = {}): Uint8Array {
  const bits = flags | (checksum ? 0x8000 : 0) | (key === undefined ? 0 : 0x2000) | (sequence === undefined ? 0 : 0x1000)
  return join(uint16(bits), uint16(type), checksum ? hex('12340000') : hex(''), key === undefined ? hex('') : uint32(key), sequence === undefined ? hex('') : uint32(sequence), payload)
}

/** Type II, with GRE around it. */
export function erspanOf(frame: Uint8Array, session: number): Uint8Array {
  return greOf(join(hex('1000'), uint16(0x0800 | session), hex('00000000'), frame), { type: ERSPAN_TYPE, sequence: 7 })
}

export function vxlanOf(frame: Uint8Array, vni: number, flags = 0x08): Uint8Array {
  return join(Uint8Array.of(flags, 0, 0, 0), uint32((vni << 8) >>> 0), frame)
}

export function geneveOf(payload: Uint8Array, vni: number, type = ETHERNET_TYPE, options = 0): Uint8Array {
  return join(Uint8Array.of(options, 0), uint16(type), uint32((vni << 8) >>> 0), new Uint8Array(options * 4), payload)
}

/** A G-PDU; `extensions`: whole headers, each ending with the type of the next. */
export function gtpOf(packet: Uint8Array, teid: number, { sequence = false, extensions = hex(''), message = 0xff } = {}): Uint8Array {
  const optional = extensions.length > 0 ? join(hex('000000 85'), extensions) : sequence ? hex('00070000') : hex('')
  const flags = 0x30 | (extensions.length > 0 ? 4 : sequence ? 2 : 0)
  return join(Uint8Array.of(flags, message), uint16(optional.length + packet.length), uint32(teid), optional, packet)
}

export function l2tpOf(ppp: Uint8Array, tunnel: number, session: number, flags = 0x0002, more = hex('')): Uint8Array {
  const hasLength = (flags & 0x4000) !== 0
  return join(uint16(flags), hasLength ? uint16(8 + more.length + ppp.length) : hex(''), uint16(tunnel), uint16(session), more, ppp)
}

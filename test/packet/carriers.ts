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

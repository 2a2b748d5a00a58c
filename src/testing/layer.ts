/**
 * What the builders share. Frames are built from the inside: each function takes the octets of the layer above it and returns its own.
 * The octets are plain; what a layer must know of the one inside it (its protocol number, where its checksum goes) is noted beside them.
 */

/** Where a transport checksum lies in a layer, for the IP header around it to compute (RFC 9293 3.1: it covers addresses that only IP knows). */
export interface Unsealed {
  /** Protocol number in the pseudo-header. */
  readonly protocol: number
  /** Where the transport header begins in the layer: behind IPv6 extension headers. */
  readonly start: number
  /** Where its checksum is, from `start`. */
  readonly field: number
  /** Octets from `start` that the checksum covers. */
  readonly coverage: number
  /** RFC 768: a computed zero is sent as all ones. */
  readonly zeroIsNone: boolean
  /** RFC 8200 8.1: under a routing header, the final destination. */
  readonly destination?: Uint8Array
}

export interface Note {
  /** IP protocol number of the layer. */
  readonly protocol?: number
  readonly etherType?: number
  readonly unsealed?: Unsealed
}

const notes = new WeakMap<Uint8Array, Note>()
const NO_NOTE: Note = {}

export const EMPTY: Uint8Array = new Uint8Array(0)

export function withNote(layer: Uint8Array, note: Note): Uint8Array {
  notes.set(layer, note)
  return layer
}

export function noteOf(layer: Uint8Array): Note {
  return notes.get(layer) ?? NO_NOTE
}

/** The octets of all parts, one after the other. */
export function join(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** `bytes` and as many zeros as make its length a multiple of `unit`. */
export function padTo(unit: number, bytes: Uint8Array): Uint8Array {
  return join(bytes, new Uint8Array((unit - (bytes.length % unit)) % unit))
}

/** Octets written in hexadecimal; white space is ignored. */
export function hex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, '')
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new TypeError(`hex: not pairs of hexadecimal digits: '${text}'`)
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

/** Octets of a text, in UTF-8. */
export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}

/** RFC 1071: ones' complement of the ones' complement sum of 16-bit words, an odd last octet padded with zero. */
export function internetChecksum(...parts: readonly Uint8Array[]): number {
  let sum = 0
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) sum += i % 2 === 0 ? part[i] << 8 : part[i]
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000)
  return ~sum & 0xffff
}

/** A copy of `layer` with its transport checksum, if it wants one, computed over the pseudo-header (RFC 9293 3.1, RFC 8200 8.1). */
export function seal(layer: Uint8Array, source: Uint8Array, destination: Uint8Array): Uint8Array {
  const { unsealed } = noteOf(layer)
  if (unsealed === undefined) return layer
  const sealed = layer.slice()
  const upper = sealed.subarray(unsealed.start)
  const lengthAndProtocol = new Uint8Array(8)
  const view = viewOf(lengthAndProtocol)
  view.setUint32(0, upper.length)
  view.setUint32(4, unsealed.protocol)
  const sum = internetChecksum(source, unsealed.destination ?? destination, lengthAndProtocol, upper.subarray(0, unsealed.coverage))
  viewOf(upper).setUint16(unsealed.field, sum === 0 && unsealed.zeroIsNone ? 0xffff : sum)
  return sealed
}

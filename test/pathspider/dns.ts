import { word } from './headers.ts'

const HEADER = 12

/** True for a DNS message that can be read to its last record, and is a response. */
export function dnsResponse(message: Uint8Array): boolean {
  if (message.length < HEADER || (message[2] & 0x80) === 0) return false
  let at = HEADER
  for (let questions = word(message, 4); questions > 0; questions--) at = nameEnd(message, at) + 4
  for (let records = word(message, 6) + word(message, 8) + word(message, 10); records > 0; records--) {
    at = nameEnd(message, at) + 10
    at += at <= message.length ? word(message, at - 2) : 0
  }
  return at <= message.length
}

/** Infinity for a name that is not whole. */
function nameEnd(message: Uint8Array, at: number): number {
  while (at < message.length) {
    const length = message[at]
    if (length === 0) return at + 1
    if (length >= 0xc0) return at + 2
    if (length >= 0x40) break
    at += length + 1
  }
  return Infinity
}

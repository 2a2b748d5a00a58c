import { defineChain } from '../chain/define.ts'
import { bool } from '../chain/field.ts'
import { COMPLETE } from '../chain/types.ts'

const HEADER = 12, QUESTIONS = 4, ANSWERS = 6, AUTHORITIES = 8, ADDITIONALS = 10
const RESPONSE = 0x80
/** What stands behind a name in a question, and in a resource record before its data, whose length is last. */
const QUESTION_REST = 4, RECORD_REST = 10
/** Over TCP a message comes behind its length. @source RFC 1035 section 4.2.2 */
const TCP_LENGTH = 2
const POINTER = 0xc0, LABEL_MAX = 63

/** PATHspider's dns chain. */
export const dns = defineChain({
  name: 'dns',
  doc: 'Whether a DNS response came back; completes the flow then.',
  fields: {
    dns_response_valid: bool({ doc: 'A whole DNS response came in the reverse direction, in a datagram, or in a TCP segment of its own', rfc: 'RFC 1035' }),
  },
  udp(flow, _udp, rev, packet) {
    if (!rev || flow.dns_response_valid) return
    const start = packet.payloadOffset
    if (!isResponse(packet.bytes, start, start + packet.payloadCaptured)) return
    flow.dns_response_valid = true
    return COMPLETE
  },
  tcp(flow, _tcp, rev, packet) {
    if (!rev || flow.dns_response_valid) return
    const start = packet.payloadOffset
    if (!isResponse(packet.bytes, start + TCP_LENGTH, start + packet.payloadCaptured)) return
    flow.dns_response_valid = true
    return COMPLETE
  },
})

/** True for a message that can be read to its last record, and is a response. */
function isResponse(bytes: Uint8Array, start: number, end: number): boolean {
  if (start + HEADER > end || (bytes[start + 2] & RESPONSE) === 0) return false
  let at = start + HEADER
  // a question or record has one octet at least: the walk ends with the message
  for (let left = word(bytes, start + QUESTIONS); left > 0 && at <= end; left--) at = nameEnd(bytes, at, end) + QUESTION_REST
  for (let left = word(bytes, start + ANSWERS) + word(bytes, start + AUTHORITIES) + word(bytes, start + ADDITIONALS); left > 0 && at <= end; left--) {
    at = nameEnd(bytes, at, end) + RECORD_REST
    if (at <= end) at += word(bytes, at - 2)
  }
  return at <= end
}

/** Where a name ends; past `end` where it is not whole, or none. */
function nameEnd(bytes: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const length = bytes[at]
    if (length === 0) return at + 1
    if (length >= POINTER) return at + 2
    if (length > LABEL_MAX) break
    at += length + 1
  }
  return end + 1
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1]
}

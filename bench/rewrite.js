/**
 * Other addresses for the same packets. Copy k has every IPv4 address, and the second word of every IPv6 address, combined by exclusive or
 * with a constant of its own: a bijection, so the flows of a copy stay apart, and undone by none of the others (`mix.js` checks that).
 * Checksums follow (RFC 1624): right ones stay right, wrong ones wrong. What ICMP errors quote is rewritten too; what tunnels carry is not.
 */

const TCP = 6
const UDP = 17
const DCCP = 33
const ICMPV6 = 58
const UDP_LITE = 136

/** Constant of copy k; copy 0 is the original. */
export function maskOf(/** @type {number} */ k) {
  return Math.imul(k, 0x9e3779b1) >>> 0
}

/**
 * Where the IP header of an Ethernet frame begins, behind any tags; -1 where there is none.
 * @param {Buffer} b @param {number} at @param {number} end
 */
export function ipOffset(b, at, end) {
  let p = at + 12
  while (p + 4 <= end && (b.readUInt16BE(p) === 0x8100 || b.readUInt16BE(p) === 0x88a8)) p += 4
  if (p + 2 > end) return -1
  const etherType = b.readUInt16BE(p)
  return (etherType === 0x0800 && p + 22 <= end) || (etherType === 0x86dd && p + 42 <= end) ? p + 2 : -1
}

/**
 * Rewrites the frame in place.
 * @param {Buffer} b @param {number} at @param {number} end @param {number} mask
 */
export function rewrite(b, at, end, mask) {
  const ip = mask === 0 ? -1 : ipOffset(b, at, end)
  if (ip >= 0) rewriteIp(b, ip, end, mask, false)
}

/**
 * @param {Buffer} b @param {number} ip @param {number} end @param {number} mask @param {boolean} quoted
 * @returns {number} what the ones' complement sum of the addresses has grown by
 */
function rewriteIp(b, ip, end, mask, quoted) {
  return b[ip] >> 4 === 4 ? rewrite4(b, ip, end, mask, quoted) : rewrite6(b, ip, end, mask, quoted)
}

/** @type {typeof rewriteIp} */
function rewrite4(b, ip, end, mask, quoted) {
  const delta = combine(b, ip + 12, mask) + combine(b, ip + 16, mask)
  adjust(b, ip + 10, delta)
  const first = (b.readUInt16BE(ip + 6) & 0x1fff) === 0
  const transport = ip + (b[ip] & 15) * 4
  // a quoted transport's checksum stays: it is cut more often than not, and ICMP's own stays right with that of the quoted header
  if (quoted || !first) return 0
  if (b[ip + 9] === 1) {
    const error = [3, 4, 5, 11, 12].includes(b[transport])
    if (error && transport + 28 <= end && b[transport + 8] >> 4 === 4) rewriteIp(b, transport + 8, end, mask, true)
  } else {
    adjustTransport(b, b[ip + 9], transport, end, delta)
  }
  return 0
}

/** @type {typeof rewriteIp} */
function rewrite6(b, ip, end, mask, quoted) {
  const delta = combine(b, ip + 12, mask) + combine(b, ip + 28, mask)
  if (quoted) return delta
  let next = b[ip + 6]
  let p = ip + 40
  while (p + 8 <= end && (next === 0 || next === 43 || next === 44 || next === 51 || next === 60)) {
    if (next === 44 && b.readUInt16BE(p + 2) >> 3 !== 0) return delta
    const length = next === 44 ? 8 : next === 51 ? (b[p + 1] + 2) * 4 : (b[p + 1] + 1) * 8
    next = b[p]
    p += length
  }
  if (next === ICMPV6 && p + 4 <= end) {
    const quote = b[p] < 128 && p + 48 <= end && b[p + 8] >> 4 === 6 ? rewriteIp(b, p + 8, end, mask, true) : 0
    adjust(b, p + 2, delta + quote)
  } else {
    adjustTransport(b, next, p, end, delta)
  }
  return delta
}

/** @param {Buffer} b @param {number} protocol @param {number} at @param {number} end @param {number} delta */
function adjustTransport(b, protocol, at, end, delta) {
  const field = protocol === TCP ? at + 16 : protocol === UDP || protocol === UDP_LITE || protocol === DCCP ? at + 6 : end
  if (field + 2 > end) return
  // RFC 768: zero says that there is no checksum
  if (protocol === UDP && b.readUInt16BE(field) === 0) return
  adjust(b, field, delta)
}

/**
 * Exclusive or of a word.
 * @param {Buffer} b @param {number} at @param {number} mask @returns what the sum of its halves has grown by
 */
function combine(b, at, mask) {
  const old = b.readUInt32BE(at)
  const word = (old ^ mask) >>> 0
  b.writeUInt32BE(word, at)
  return (word >>> 16) + (word & 0xffff) - (old >>> 16) - (old & 0xffff)
}

/**
 * RFC 1624 3, equation 3.
 * @param {Buffer} b @param {number} at @param {number} delta
 */
function adjust(b, at, delta) {
  let sum = (~b.readUInt16BE(at) & 0xffff) + (((delta % 0xffff) + 0xffff) % 0xffff)
  if (sum > 0xffff) sum = (sum & 0xffff) + 1
  b.writeUInt16BE(~sum & 0xffff, at)
}

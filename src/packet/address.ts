const DECIMAL = Array.from({ length: 256 }, (_, octet) => String(octet))
const HEX = Array.from({ length: 256 }, (_, octet) => octet.toString(16))
const HEX_PADDED = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'))
const HEX_DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))
const ZERO = 48, DOT = 46, COLON = 58

/** Characters of the longest text of an IPv4 address. */
export const IPV4_TEXT_MAX = 15
/** Characters of the longest text of an IPv6 address: eight groups of four. (In mixed notation it is at most 22 here.) */
export const IPV6_TEXT_MAX = 39

/** The address of 4 or 16 octets at `offset`, as text. */
export function ipText(bytes: Uint8Array, offset: number, version: 4 | 6): string {
  return version === 4 ? ipv4Text(bytes, offset) : ipv6Text(bytes, offset)
}

/** Dotted decimal. */
export function ipv4Text(bytes: Uint8Array, offset: number): string {
  return `${DECIMAL[bytes[offset]]}.${DECIMAL[bytes[offset + 1]]}.${DECIMAL[bytes[offset + 2]]}.${DECIMAL[bytes[offset + 3]]}`
}

/** The canonical text of RFC 5952: lower case, no leading zeros, the longest run of zero groups as `::`; `::ffff:0:0/96` in mixed notation. */
export function ipv6Text(bytes: Uint8Array, offset: number): string {
  if (isMapped(bytes, offset)) return `::ffff:${ipv4Text(bytes, offset + 12)}`
  const run = zeroRun(bytes, offset)
  const start = run >> 4, end = start + (run & 15)
  let text = ''
  for (let group = 0; group < 8; group++) {
    if (group === start && end > start) {
      text += '::'
      group = end - 1
      continue
    }
    if (group !== 0 && (group !== end || run === 0)) text += ':'
    const high = bytes[offset + group * 2], low = bytes[offset + group * 2 + 1]
    text += high === 0 ? HEX[low] : HEX[high] + HEX_PADDED[low]
  }
  return text
}

/** Write the text of `ipv4Text` as ASCII into `out` at `at`. @returns where it ends */
export function writeIpv4(out: Uint8Array, at: number, bytes: Uint8Array, offset: number): number {
  at = writeOctet(out, at, bytes[offset])
  for (let i = 1; i < 4; i++) {
    out[at] = DOT
    at = writeOctet(out, at + 1, bytes[offset + i])
  }
  return at
}

/** Write the text of `ipv6Text` as ASCII into `out` at `at`. @returns where it ends */
export function writeIpv6(out: Uint8Array, at: number, bytes: Uint8Array, offset: number): number {
  if (isMapped(bytes, offset)) {
    out[at] = out[at + 1] = out[at + 6] = COLON
    out[at + 2] = out[at + 3] = out[at + 4] = out[at + 5] = HEX_DIGITS[15]
    return writeIpv4(out, at + 7, bytes, offset + 12)
  }
  const run = zeroRun(bytes, offset)
  const start = run >> 4, end = start + (run & 15)
  for (let group = 0; group < 8; group++) {
    if (group === start && end > start) {
      out[at++] = COLON
      out[at++] = COLON
      group = end - 1
      continue
    }
    if (group !== 0 && (group !== end || run === 0)) out[at++] = COLON
    const value = (bytes[offset + group * 2] << 8) | bytes[offset + group * 2 + 1]
    if (value > 0xfff) out[at++] = HEX_DIGITS[value >> 12]
    if (value > 0xff) out[at++] = HEX_DIGITS[(value >> 8) & 15]
    if (value > 0xf) out[at++] = HEX_DIGITS[(value >> 4) & 15]
    out[at++] = HEX_DIGITS[value & 15]
  }
  return at
}

/** The 4 or 16 octets of an address in any text form of RFC 4291 section 2.2, without a zone; null where it is none. */
export function parseAddress(text: string): Uint8Array | null {
  if (!text.includes(':')) return parseIpv4(text)
  const halves = text.split('::')
  if (halves.length > 2) return null
  const left = parseGroups(halves[0], halves.length === 1)
  const right = halves.length === 2 ? parseGroups(halves[1], true) : []
  if (left === null || right === null) return null
  const missing = 16 - left.length - right.length
  // RFC 4291 section 2.2: `::` stands for one group or more
  if (halves.length === 2 ? missing < 2 : missing !== 0) return null
  const octets = new Uint8Array(16)
  octets.set(left)
  octets.set(right, 16 - right.length)
  return octets
}

/** Octets of groups between colons; the last may be an IPv4 address where it ends the whole address. */
function parseGroups(text: string, isLast: boolean): number[] | null {
  const octets: number[] = []
  if (text === '') return octets
  const groups = text.split(':')
  for (let i = 0; i < groups.length; i++) {
    if (/^[0-9a-f]{1,4}$/i.test(groups[i])) {
      const value = Number.parseInt(groups[i], 16)
      octets.push(value >> 8, value & 255)
    } else {
      const four = isLast && i === groups.length - 1 ? parseIpv4(groups[i]) : null
      if (four === null) return null
      octets.push(...four)
    }
  }
  return octets
}

/** RFC 6943 section 3.1.1: strict, four decimal numbers without leading zeros, which elsewhere are octal. */
function parseIpv4(text: string): Uint8Array | null {
  const match = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/.exec(text)
  if (match === null) return null
  const numbers = match.slice(1).map(Number)
  return numbers.every((number) => number < 256) ? Uint8Array.from(numbers) : null
}

/** RFC 5952 section 5: mixed notation where the prefix says that an IPv4 address is inside. */
function isMapped(bytes: Uint8Array, offset: number): boolean {
  if (bytes[offset + 10] !== 255 || bytes[offset + 11] !== 255) return false
  for (let i = 0; i < 10; i++) if (bytes[offset + i] !== 0) return false
  return true
}

/** RFC 5952 section 4.2: the first of the longest runs of two zero groups or more, as `start << 4 | length`; 0 where there is none. */
function zeroRun(bytes: Uint8Array, offset: number): number {
  let best = 0, longest = 1, length = 0
  for (let group = 0; group < 8; group++) {
    if ((bytes[offset + group * 2] | bytes[offset + group * 2 + 1]) !== 0) {
      length = 0
    } else if (++length > longest) {
      longest = length
      best = ((group - length + 1) << 4) | length
    }
  }
  return best
}

function writeOctet(out: Uint8Array, at: number, octet: number): number {
  if (octet > 99) {
    const hundreds = octet > 199 ? 2 : 1
    out[at++] = ZERO + hundreds
    octet -= hundreds * 100
    out[at++] = ZERO + ((octet * 205) >> 11)
  } else if (octet > 9) {
    out[at++] = ZERO + ((octet * 205) >> 11)
  }
  out[at++] = ZERO + (octet - ((octet * 205) >> 11) * 10)
  return at
}

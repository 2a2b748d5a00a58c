import { isIPv4, isIPv6 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { ipText, ipv4Text, IPV4_TEXT_MAX, ipv6Text, IPV6_TEXT_MAX, parseAddress, writeIpv4, writeIpv6 } from '../../src/packet/address.ts'

const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 })
// Mostly zeros, so that there are runs of every length and place
const group = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(0xffff) }, { weight: 1, arbitrary: fc.nat(0x1f) })
const ipv6 = fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => Uint8Array.from(groups.flatMap((g) => [g >> 8, g & 255])))

function written(write: typeof writeIpv4, bytes: Uint8Array, offset: number, max: number): string {
  const out = new Uint8Array(max + 8).fill(0x21)
  const end = write(out, 3, bytes, offset)
  expect(end).toBeLessThanOrEqual(3 + max)
  expect(out.subarray(end).every((byte) => byte === 0x21)).toBe(true)
  return String.fromCharCode(...out.subarray(3, end))
}

/** WHATWG's serializer follows RFC 5952 but for mixed notation. */
function canonical(text: string): string {
  return new URL(`http://[${text}]/`).hostname.slice(1, -1)
}

describe('IPv4 text', () => {
  it('is dotted decimal for every octet in every place', () => {
    for (let octet = 0; octet < 256; octet++) {
      const bytes = Uint8Array.from([9, octet, 255 - octet, octet, 0])
      const expected = `${octet}.${255 - octet}.${octet}.0`
      expect(ipv4Text(bytes, 1)).toBe(expected)
      expect(written(writeIpv4, bytes, 1, IPV4_TEXT_MAX)).toBe(expected)
    }
  })

  it('comes back as the same octets', () => {
    fc.assert(fc.property(ipv4, (bytes) => {
      expect(isIPv4(ipText(bytes, 0, 4))).toBe(true)
      expect(parseAddress(ipText(bytes, 0, 4))).toEqual(bytes)
    }))
  })
})

describe('IPv6 text', () => {
  it.each([
    ['::', '0:0:0:0:0:0:0:0'],
    ['::1', '0:0:0:0:0:0:0:1'],
    ['1::', '1:0:0:0:0:0:0:0'],
    // RFC 5952 section 4.2.2: one zero group is not shortened
    ['2001:db8:0:1:1:1:1:1', '2001:0db8:0:1:1:1:1:1'],
    // section 4.2.3: the longest run; of equals, the first
    ['2001:0:0:1::1', '2001:0:0:1:0:0:0:1'],
    ['2001:db8::1:0:0:1', '2001:db8:0:0:1:0:0:1'],
    // section 4.3
    ['2001:db8::aaaa', '2001:DB8::AAAA'],
    // at an end, where PATHspider's libtrace wrote nonsense
    ['1:2:3:4:5:6::', '1:2:3:4:5:6:0:0'],
    ['::3:4:5:6:7:8', '0:0:3:4:5:6:7:8'],
    ['0:2:3:4:5:6:7:0', '0:2:3:4:5:6:7:0'],
    // section 5
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['::ffff:0.0.0.0', '0:0:0:0:0:ffff:0.0.0.0'],
    // the deprecated IPv4-compatible addresses of RFC 4291 section 2.5.5.1 are not told apart from others
    ['::c000:201', '::192.0.2.1'],
    ['64:ff9b::c000:201', '64:ff9b::192.0.2.1'],
    ['::fffe:c000:201', '::fffe:c000:201'],
    ['1::ffff:c000:201', '1::ffff:c000:201'],
  ])('%s', (expected, text) => {
    const bytes = parseAddress(text)!
    expect(ipv6Text(bytes, 0)).toBe(expected)
    expect(written(writeIpv6, bytes, 0, IPV6_TEXT_MAX)).toBe(expected)
  })

  it('is canonical, comes back as the same octets, and both ways of writing agree', () => {
    fc.assert(fc.property(ipv6, fc.nat(3), (bytes, offset) => {
      const moved = new Uint8Array(20).fill(7)
      moved.set(bytes, offset)
      const text = ipv6Text(moved, offset)
      expect(isIPv6(text)).toBe(true)
      expect(parseAddress(text)).toEqual(bytes)
      expect(text.includes('.') ? canonical(text) : text).toBe(canonical(text))
      expect(written(writeIpv6, moved, offset, IPV6_TEXT_MAX)).toBe(text)
    }), { numRuns: 2000 })
  })
})

describe('parseAddress', () => {
  it.each(['', '1', '1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', '1.2.3.4 ', ' 1.2.3.4', '1.2.3.-4', '0x1.2.3.4', ':', ':::', '1:::2', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9',
    '1:2:3:4::5:6:7:8', '12345::', 'g::', ':1:2:3:4:5:6:7', '1:2:3:4:5:6:7:', '::1.2.3', '1.2.3.4::', '::1.2.3.4:5', '1:2:3:4:5:6:7:1.2.3.4', 'fe80::1%eth0', '[::1]', '::1/64'])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeNull()
  })

  it('agrees with node on what is an address', () => {
    const piece = fc.constantFrom(':', '::', '.', '0', '1', '12', '255', '256', 'ab', 'ffff', '1.2.3.4', '0:0', 'g', '')
    fc.assert(fc.property(fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')), (text) => {
      expect(parseAddress(text)?.length ?? 0).toBe(isIPv4(text) ? 4 : isIPv6(text) ? 16 : 0)
    }), { numRuns: 5000 })
  })
})

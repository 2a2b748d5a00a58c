/** The octets of an IPv4 address in dotted decimal. */
export function ipv4Octets(text: string): Uint8Array {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) throw new TypeError(`not an IPv4 address: '${text}'`)
  return Uint8Array.from(parts, Number)
}

/** The octets of an IPv6 address in any text form of RFC 4291 2.2. */
export function ipv6Octets(text: string): Uint8Array {
  const wrong = (): TypeError => new TypeError(`not an IPv6 address: '${text}'`)
  const halves = text.split('::')
  const [left, right] = halves.map((half) => (half === '' ? [] : half.split(':').flatMap(groupsOf)))
  const groups = right === undefined ? left : [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right]
  if (halves.length > 2 || groups.length !== 8) throw wrong()
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255]))

  function groupsOf(group: string): number[] {
    if (group.includes('.')) {
      const [a, b, c, d] = ipv4Octets(group)
      return [(a << 8) | b, (c << 8) | d]
    }
    if (!/^[0-9a-f]{1,4}$/i.test(group)) throw wrong()
    return [Number.parseInt(group, 16)]
  }
}

/** The octets of a MAC address, written with colons. */
export function macOctets(text: string): Uint8Array {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) throw new TypeError(`not a MAC address: '${text}'`)
  return Uint8Array.from(text.split(':'), (octet) => Number.parseInt(octet, 16))
}

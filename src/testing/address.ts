import { parseAddress } from '../packet/address.ts'

/** The 4 octets of an IPv4 address in dotted decimal. */
export function ipv4Octets(text: string): Uint8Array {
  return octetsOf(text, 4, 'an IPv4')
}

/** The 16 octets of an IPv6 address in any text form of RFC 4291 2.2. */
export function ipv6Octets(text: string): Uint8Array {
  return octetsOf(text, 16, 'an IPv6')
}

function octetsOf(text: string, length: number, what: string): Uint8Array {
  const octets = parseAddress(text)
  if (octets?.length !== length) throw new TypeError(`not ${what} address: '${text}'`)
  return octets
}

/** The octets of a MAC address, written with colons. */
export function macOctets(text: string): Uint8Array {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) throw new TypeError(`not a MAC address: '${text}'`)
  return Uint8Array.from(text.split(':'), (octet) => Number.parseInt(octet, 16))
}

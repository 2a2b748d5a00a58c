/** Numbers of IANA's and tcpdump.org's registries that the decoder knows by name. */

export const EtherType = {
  Ipv4: 0x0800,
  Arp: 0x0806,
  Ipv6: 0x86dd,
  /** IEEE 802.1Q customer tag. */
  Vlan: 0x8100,
  /** IEEE 802.1ad service tag. */
  ServiceVlan: 0x88a8,
  /** Service tags of equipment from before 802.1ad. */
  StackedVlan: 0x9100,
  /** @source RFC 3032; RFC 5332 */
  Mpls: 0x8847,
  MplsMulticast: 0x8848,
  /** @source RFC 2516 */
  PppoeSession: 0x8864,
  /** A whole Ethernet frame. @source RFC 1701 */
  TransparentEthernet: 0x6558,
} as const

export const Protocol = {
  HopByHop: 0,
  Icmp: 1,
  /** IPv4 in IP. @source RFC 2003 */
  Ipv4: 4,
  Tcp: 6,
  Udp: 17,
  Dccp: 33,
  /** IPv6 in IP. @source RFC 4213 */
  Ipv6: 41,
  Routing: 43,
  Fragment: 44,
  Gre: 47,
  Authentication: 51,
  Icmpv6: 58,
  NoNextHeader: 59,
  DestinationOptions: 60,
  Sctp: 132,
  UdpLite: 136,
  /** MPLS in IP. @source RFC 4023 */
  Mpls: 137,
} as const

/** Protocols whose header begins with source and destination port: these have ports in their flow key. */
const WITH_PORTS = new Uint8Array(256)
for (const protocol of [Protocol.Tcp, Protocol.Udp, Protocol.Dccp, Protocol.Sctp, Protocol.UdpLite]) WITH_PORTS[protocol] = 1

/** @param protocol IANA protocol number, 0-255 */
export function hasPorts(protocol: number): boolean {
  return WITH_PORTS[protocol] === 1
}

/** IPv6 extension headers, behind which another header comes. Mobility, HIP and shim6 are none: nothing follows them. @source RFC 8200 section 4 */
export function isExtension(protocol: number): boolean {
  return protocol === Protocol.HopByHop || protocol === Protocol.Routing || protocol === Protocol.Fragment ||
    protocol === Protocol.DestinationOptions || protocol === Protocol.Authentication
}

/** @source https://www.tcpdump.org/linktypes.html */
export const LinkType = {
  Null: 0,
  Ethernet: 1,
  /** With or without address and control octets. */
  Ppp: 9,
  /** LLC of RFC 2684. */
  AtmRfc1483: 11,
  /** DLT_RAW as some systems number it. */
  RawBsd: 12,
  RawOpenBsd: 14,
  /** PPP in HDLC framing, or Cisco's HDLC. */
  PppSerial: 50,
  /** PPPoE session without Ethernet. */
  PppEthernet: 51,
  Raw: 101,
  CiscoHdlc: 104,
  Wifi: 105,
  Loop: 108,
  LinuxCooked: 113,
  Radiotap: 127,
  Ipv4: 228,
  Ipv6: 229,
  LinuxCooked2: 276,
} as const

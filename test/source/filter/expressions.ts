import fc from 'fast-check'

import { HOSTS4, HOSTS6, MACS, PORTS } from './frames.ts'

/** Expressions of libpcap's language (pcap-filter(7)), about the small world of the frames. */
const side = fc.constantFrom('', 'src ', 'dst ', 'src or dst ', 'src and dst ')
const host = fc.constantFrom(...HOSTS4, ...HOSTS6)
const mac = fc.constantFrom(...MACS, 'ff:ff:ff:ff:ff:ff')
const port = fc.constantFrom(...PORTS)
const network = fc.constantFrom('192.0.2.0/24', '192.0.2', '10', '10.0.0.0 mask 255.0.0.0', '192.0.2.2/31', '0.0.0.0/0', '2001:db8::/32', '2001:db8::1/128')

const words = fc.constantFrom(
  'ip', 'ip6', 'arp', 'rarp', 'tcp', 'udp', 'icmp', 'icmp6', 'sctp', 'igmp', 'pim', 'vrrp', 'ah', 'esp', 'ether multicast', 'ether broadcast', 'ip multicast', 'ip broadcast', 'ip6 multicast',
  'ip proto 17', 'ip6 proto 6', 'proto 6', 'ether proto \\ip', 'ether proto 0x86dd', 'ip proto \\sctp', 'llc', 'atalk', 'decnet', 'ipx', 'stp', 'iso', 'clnp', 'netbeui', 'aarp', 'lat',
  'ip6 protochain 6', 'protochain 51', 'ip protochain 17', 'tcp port http', 'udp port domain', 'inbound', 'type data', 'subtype qos-data', 'type mgt', 'wlan addr1 02:00:00:00:00:01',
)

const hosts = fc.oneof(
  fc.tuple(side, host).map(([of, address]) => `${of}host ${address}`),
  fc.tuple(fc.constantFrom('ip ', 'arp '), side, fc.constantFrom(...HOSTS4)).map(([protocol, of, address]) => `${protocol}${of}host ${address}`),
  fc.tuple(fc.constantFrom('', 'src ', 'dst '), network).map(([of, net]) => `${of}net ${net}`),
  fc.tuple(fc.constantFrom('', 'src ', 'dst '), mac).map(([of, address]) => `ether ${of}host ${address}`),
  host,
)

const ports = fc.oneof(
  fc.tuple(fc.constantFrom('', 'tcp ', 'udp ', 'sctp '), side, port).map(([protocol, of, number]) => `${protocol}${of}port ${number}`),
  fc.tuple(fc.constantFrom('', 'tcp ', 'udp '), side, port, port).map(([protocol, of, a, b]) => `${protocol}${of}portrange ${a}-${b}`),
)

const layers = fc.constantFrom(
  'vlan', 'vlan 3', 'vlan 7', 'vlan and vlan 7', 'vlan 3 and ip', 'mpls', 'mpls 16', 'mpls and mpls', 'mpls 16 and ip', 'pppoes', 'pppoed', 'pppoes and ip', 'geneve', 'geneve and ip',
)

const lengths = fc.tuple(fc.constantFrom('less', 'greater'), fc.nat(200)).map(([word, octets]) => `${word} ${octets}`)

/** Values of octets, and what can be made of them. */
const arithmetic = fc.letrec<{ value: string; term: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(fc.nat(64).map(String), fc.constantFrom('0xff', '0xf', '0x4000', '0xffffffff', '1500', '40', '20', 'len', 'tcp-syn', 'icmp-echo')),
    tie('term'),
    fc.tuple(tie('value'), fc.constantFrom('+', '-', '*', '/', '%', '&', '|', '^'), tie('value')).map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    fc.tuple(tie('value'), fc.constantFrom('<<', '>>'), fc.nat(31)).map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    fc.tuple(tie('value'), fc.constantFrom('<<', '>>', '/', '%'), tie('term')).map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    tie('value').map((a) => `-(${a})`),
  ),
  term: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.tuple(fc.constantFrom('ether', 'ip', 'ip6', 'tcp', 'udp', 'icmp', 'icmp6', 'link', 'sctp', 'arp'), fc.nat(44), fc.constantFrom('', ':1', ':2', ':4')).map(([of, at, size]) => `${of}[${at}${size}]`),
    fc.tuple(fc.constantFrom('ether', 'ip', 'tcp', 'udp'), tie('value'), fc.constantFrom('', ':1', ':2', ':4')).map(([of, at, size]) => `${of}[${at}${size}]`),
    fc.constantFrom('tcp[tcpflags]', 'icmp[icmptype]', 'icmp[icmpcode]', 'ip[0]', 'ip[8]', 'ip[2:2]', 'ip[6:2]', 'ip[9]', 'tcp[12]', 'tcp[13]', 'udp[4:2]', 'ip6[6]', 'ip[16:4]'),
  ),
}))

const relations = fc.oneof(
  fc.tuple(arithmetic.value, fc.constantFrom('=', '!=', '<', '<=', '>', '>='), arithmetic.value).map(([a, relation, b]) => `${a} ${relation} ${b}`),
  fc.constantFrom('ip[0] & 0xf > 5', 'tcp[tcpflags] & (tcp-syn|tcp-fin) != 0', 'ip[6:2] & 0x1fff = 0', 'ip[2:2] - ((ip[0] & 0xf) << 2) > 40', 'tcp[((tcp[12] & 0xf0) >> 2):1] = 0x5a', 'ether[0] & 1 = 0', 'icmp[icmptype] = icmp-echo', 'ip[8] * 2 > 100'),
)

const primitive = fc.oneof(
  { weight: 4, arbitrary: words }, { weight: 4, arbitrary: hosts }, { weight: 3, arbitrary: ports }, { weight: 2, arbitrary: layers }, { weight: 1, arbitrary: lengths }, { weight: 5, arbitrary: relations },
)

export const expression: fc.Arbitrary<string> = fc.letrec<{ whole: string }>((tie) => ({
  whole: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    primitive,
    tie('whole').map((a) => `not (${a})`),
    fc.tuple(tie('whole'), fc.constantFrom('and', 'or', '&&', '||'), tie('whole')).map(([a, word, b]) => `(${a}) ${word} (${b})`),
  ),
})).whole

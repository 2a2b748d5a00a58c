import { describe, expect, it } from 'vitest'

import { defineChain, IGNORE } from '../../src/index.ts'
import { ethernet, fragments4, fragments6, icmp4, icmp4Error, icmp6, icmp6Error, ipv4, ipv6, sctp, tcp, udp } from '../../src/testing/build.ts'
import { listener } from './heard.ts'
import { CLIENT, CLIENT6, datagram, observed, type ObservedRecord, SERVER, SERVER6, type Step } from './observed.ts'

const ports = { sourcePort: 1024, destinationPort: 53 }
const eth = (packet: Uint8Array): Uint8Array => ethernet({}, packet)
const shown = ({ sip, sp, dip, dp, proto, pkt_fwd, pkt_rev }: ObservedRecord): string => `${sip} ${sp} > ${dip} ${dp} ${proto}: ${pkt_fwd}/${pkt_rev}`

async function flows(packets: readonly Uint8Array[]): Promise<string[]> {
  const { records } = await observed(packets.map((packet, i): Step => [i / 1000, eth(packet)]))
  return records.map(shown)
}

/** The same in both versions: how to send, and how to complain. */
const four = {
  client: CLIENT, server: SERVER, router: '192.0.2.99', proto: 1, header: 20,
  send: (source: string, destination: string, payload: Uint8Array): Uint8Array => ipv4({ source, destination }, payload),
  error: (packet: Uint8Array, octets?: number, fields = {}): Uint8Array => icmp4Error(fields, packet, octets),
  pieces: (packet: Uint8Array): Uint8Array[] => fragments4(packet, 16),
}
const six = {
  client: CLIENT6, server: SERVER6, router: '2001:db8::99', proto: 58, header: 40,
  send: (source: string, destination: string, payload: Uint8Array): Uint8Array => ipv6({ source, destination }, payload),
  error: (packet: Uint8Array, octets?: number, fields = {}): Uint8Array => icmp6Error(fields, packet, octets),
  pieces: (packet: Uint8Array): Uint8Array[] => fragments6(packet, 16),
}

describe.each([['ICMP', four], ['ICMPv6', six]])('an %s error', (_, ip) => {
  const { client, server, router, header } = ip
  const query = ip.send(client, server, udp(ports, new Uint8Array(20)))
  const reply = ip.send(server, client, udp({ sourcePort: 53, destinationPort: 1024 }))
  const aboutQuery = ip.send(router, client, ip.error(query))
  const aboutReply = ip.send(router, server, ip.error(reply))
  const own = (to: string): string => `${router} null > ${to} null ${ip.proto}: 1/0`

  it('belongs to the flow it quotes, against the direction of the packet it quotes', async () => {
    expect(await flows([query, aboutQuery])).toEqual([`${client} 1024 > ${server} 53 17: 1/1`])
    expect(await flows([query, aboutReply])).toEqual([`${client} 1024 > ${server} 53 17: 2/0`])
  })

  it('that comes first begins the flow as the quote would have, and is on its reverse side', async () => {
    expect(await flows([aboutQuery, query, reply])).toEqual([`${client} 1024 > ${server} 53 17: 1/2`])
    expect(await flows([aboutReply, query, reply])).toEqual([`${server} 53 > ${client} 1024 17: 1/2`])
  })

  it('that comes alone is a record of the quote', async () => {
    expect(await flows([aboutQuery])).toEqual([`${client} 1024 > ${server} 53 17: 0/1`])
  })

  it('counts with its own octets and time', async () => {
    const { records } = await observed([[1, eth(query)], [3, eth(aboutQuery)]])
    expect([records[0].oct_fwd, records[0].oct_rev, records[0].last - records[0].first]).toEqual([query.length, aboutQuery.length, 2])
  })

  it('belongs to the flow whoever sends it: router, receiver, or a stranger', async () => {
    expect(await flows([query, ...[router, server, client].map((from) => ip.send(from, client, ip.error(query)))])).toEqual([`${client} 1024 > ${server} 53 17: 1/3`])
  })

  it('runs the hooks of IP and ICMP, never those of the transport that it quotes', async () => {
    const { chain, heard } = listener()
    await observed([[0, eth(aboutQuery)], [0, eth(query)]], { chains: [chain] })
    const [v, icmp] = ip === four ? ['ip4', 'icmp4'] : ['ip6', 'icmp6']
    expect(heard).toEqual(['1 newFlow <', '1 ip <', `1 ${v} <`, `1 ${icmp} <`, '2 ip >', `2 ${v} >`, '2 udp >'])
  })

  it('is told from the own packets of the flow by ip.isError, in newFlow too', async () => {
    const seen: unknown[] = []
    const chain = defineChain({
      name: 'x', doc: '',
      newFlow: (_flow, { isError }) => void seen.push(isError),
      ip: (_flow, { isError, sourceAddress }) => void seen.push([isError, sourceAddress]),
    })
    await observed([[0, eth(aboutQuery)], [0, eth(query)]], { chains: [chain] })
    expect(seen).toEqual([true, [true, router], [false, client]])
  })

  it('shows the flow by its quote: the key has ends, ports and protocol of that', async () => {
    let seen: unknown = null
    const chain = defineChain({
      name: 'x', doc: '',
      newFlow({ key }) { seen = [key.sourceAddress, key.sourcePort, key.destinationAddress, key.destinationPort, key.protocol] },
    })
    await observed([[0, eth(aboutQuery)]], { chains: [chain] })
    expect(seen).toEqual([client, 1024, server, 53, 17])
  })

  it('about a vetoed flow is vetoed', async () => {
    const none = defineChain({ name: 'none', doc: '', newFlow: () => IGNORE })
    const { ledger } = await observed([[0, eth(query)], [0, eth(aboutQuery)], [0, eth(aboutReply)]], { chains: [none] })
    expect(ledger).toMatchObject({ vetoed: 3, in_flows: 0, flows_vetoed: 1 })
  })

  it('may be what vetoes it', async () => {
    const noErrors = defineChain({ name: 'no-errors', doc: '', newFlow: (_flow, { isError }) => (isError ? IGNORE : undefined) })
    const { ledger } = await observed([[0, eth(aboutQuery)], [0, eth(query)]], { chains: [noErrors] })
    expect(ledger).toMatchObject({ vetoed: 2, in_flows: 0 })
  })

  it.each([0, 1, 19, 20, 23])('whose quote ends at octet %i: its flow is its own, where the ports are not there', async (octets) => {
    const cut = octets < 20 ? octets : header + octets - 20
    expect(await flows([query, ip.send(router, client, ip.error(query, cut))])).toEqual([`${client} 1024 > ${server} 53 17: 1/0`, own(client)])
  })

  it('whose quote ends behind the ports has the flow', async () => {
    expect(await flows([query, ip.send(router, client, ip.error(query, header + 4))])).toEqual([`${client} 1024 > ${server} 53 17: 1/1`])
  })

  it('about a later fragment has its own flow, about a first fragment that of the datagram', async () => {
    const [first, later] = ip.pieces(query)
    expect(await flows([query, ip.send(router, client, ip.error(first, first.length)), ip.send(router, client, ip.error(later, later.length))])).toEqual([`${client} 1024 > ${server} 53 17: 1/1`, own(client)])
  })

  it('that quotes a first fragment does not tell the ports of the datagram', async () => {
    const [first, later] = ip.pieces(query)
    const { ledger } = await observed([[0, eth(ip.send(router, client, ip.error(first, first.length)))], [0, eth(later)]])
    expect(ledger).toMatchObject({ in_flows: 1, orphan_fragments: 1 })
  })

  it('about an ICMP error is about what that one is: a packet between its two ends', async () => {
    const nested = ip.send(server, router, ip.error(aboutQuery, aboutQuery.length))
    expect(await flows([query, nested])).toEqual([`${client} 1024 > ${server} 53 17: 1/0`, `${router} null > ${client} null ${ip.proto}: 0/1`])
  })

  it('that quotes the other version of IP, or none, has its own flow', async () => {
    const other = ip === four ? ipv6({ source: CLIENT6, destination: SERVER6 }, udp(ports)) : ipv4({ source: CLIENT, destination: SERVER }, udp(ports))
    expect(await flows([ip.send(router, client, ip.error(other, other.length)), ip.send(router, client, ip.error(new Uint8Array(64), 64))])).toEqual([`${router} null > ${client} null ${ip.proto}: 2/0`])
  })

  it.each([['TCP', 6, tcp(ports)], ['SCTP', 132, sctp(ports)]])('about %s as about UDP', async (_, protocol, transport) => {
    expect(await flows([ip.send(router, client, ip.error(ip.send(client, server, transport)))])).toEqual([`${client} 1024 > ${server} 53 ${protocol}: 0/1`])
  })

  it('about a protocol without ports needs only its IP header', async () => {
    const echo = ip === four ? icmp4({ type: 8 }) : icmp6({ type: 128 })
    const ping = ip.send(client, server, echo)
    expect(await flows([ping, ip.send(router, client, ip.error(ping, header))])).toEqual([`${client} null > ${server} null ${ip.proto}: 1/1`])
  })

  it('about a packet whose ends are equal has no direction', async () => {
    const self = ip.send(client, client, udp({ sourcePort: 9, destinationPort: 9 }))
    const error = ip.send(router, client, ip.error(self))
    expect(await flows([self, error])).toEqual([`${client} 9 > ${client} 9 17: 2/0`])
    expect(await flows([error, self])).toEqual([`${client} 9 > ${client} 9 17: 2/0`])
  })
})

describe('which types are errors', () => {
  const query4 = ipv4({ source: CLIENT, destination: SERVER }, udp(ports)), query6 = ipv6({ source: CLIENT6, destination: SERVER6 }, udp(ports))
  const types = Array.from({ length: 256 }, (_, type) => type)
  const errors = async (packets: readonly Uint8Array[]): Promise<number[]> => {
    const found: number[] = []
    const chain = defineChain({ name: 'x', doc: '', ip: (_flow, { isError }, _rev, { number }) => void (isError && found.push(number - 1)) })
    await observed(packets.map((packet): Step => [0, eth(packet)]), { chains: [chain] })
    return found
  }

  it('of ICMP: destination unreachable, source quench, redirect, time exceeded, parameter problem', async () => {
    expect(await errors(types.map((type) => ipv4({ source: '192.0.2.99', destination: CLIENT }, icmp4Error({ type }, query4))))).toEqual([3, 4, 5, 11, 12])
  })

  it('of ICMPv6: destination unreachable, packet too big, time exceeded, parameter problem', async () => {
    expect(await errors(types.map((type) => ipv6({ source: '2001:db8::99', destination: CLIENT6 }, icmp6Error({ type }, query6))))).toEqual([1, 2, 3, 4])
  })

  it('none in the other version of IP', async () => {
    expect(await errors([ipv6({ source: CLIENT6, destination: SERVER6 }, icmp4Error({}, query6)), ipv4({ source: CLIENT, destination: SERVER, protocol: 58 }, icmp6Error({}, query4))])).toEqual([])
  })

  it('with hosts as the key belong to the hosts of the quote', async () => {
    const { records } = await observed([[0, datagram()], [0, eth(ipv4({ source: '192.0.2.99', destination: CLIENT }, icmp4Error({}, query4)))]], { key: 'hosts' })
    expect(records.map(shown)).toEqual([`${CLIENT} 1024 > ${SERVER} 53 17: 1/1`])
  })
})

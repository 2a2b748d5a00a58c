import { describe, expect, it } from 'vitest'

import { defineChain } from '../../src/index.ts'
import { dccp, destinationOptions, ethernet, fragment, fragments4, fragments6, icmp4, icmp6, ipv4, ipv6, sctp, tcp, udp, udplite } from '../../src/testing/build.ts'
import { listener, permutations } from './heard.ts'
import { CLIENT, CLIENT6, datagram, EPOCH, observed, type ObservedRecord, SERVER, SERVER6, type Step, summary } from './observed.ts'

const ports = { sourcePort: 1024, destinationPort: 53 }
const answer = { sourcePort: 53, destinationPort: 1024 }
const there = { source: CLIENT, destination: SERVER }, back = { source: SERVER, destination: CLIENT }
const there6 = { source: CLIENT6, destination: SERVER6 }, back6 = { source: SERVER6, destination: CLIENT6 }
const data = new Uint8Array(64)
const eth = (packet: Uint8Array): Uint8Array => ethernet({}, packet)
/** Frames of a datagram in three fragments: 32, 32 and 8 octets of IP payload. */
const three4 = (identification = 1, source = 1024): Uint8Array[] => fragments4(ipv4({ ...there, identification }, udp({ ...ports, sourcePort: source }, data)), 32).map(eth)
const three6 = (identification = 1): Uint8Array[] => fragments6(ipv6(there6, udp(ports, data)), 32, identification).map(eth)

const atOnce = (frames: readonly Uint8Array[]): Step[] => frames.map((frame, i) => [i / 1000, frame])
const counts = ({ sip, sp, dip, dp, proto, pkt_fwd, pkt_rev, oct_fwd, oct_rev }: ObservedRecord): string => `${sip} ${sp} > ${dip} ${dp} ${proto}: ${pkt_fwd}/${pkt_rev} ${oct_fwd}/${oct_rev}`

describe.each([
  ['IPv4', three4, `${CLIENT} 1024 > ${SERVER} 53 17: 3/0 ${20 * 3 + 72}/0`, 'ip4'],
  ['IPv6', three6, `${CLIENT6} 1024 > ${SERVER6} 53 17: 3/0 ${48 * 3 + 72}/0`, 'ip6'],
])('fragments of a datagram, %s', (_, three, flow, hook) => {
  it.each(permutations([0, 1, 2]))('are one flow, in the order %i %i %i', async (...order) => {
    const frames = three()
    const { records, ledger } = await observed(atOnce(order.map((i) => frames[i])))
    expect(records.map(counts)).toEqual([flow])
    expect(ledger).toMatchObject({ packets: 3, in_flows: 3, orphan_fragments: 0, flows: 1 })
  })

  it('run transport hooks for the first only', async () => {
    const { chain, heard } = listener()
    await observed(atOnce(three()), { chains: [chain] })
    expect(heard).toEqual(['1 newFlow >', '1 ip >', `1 ${hook} >`, '1 udp >', '2 ip >', `2 ${hook} >`, '3 ip >', `3 ${hook} >`])
  })

  it('that came before their first are shown when it comes, by their own numbers, in the order in which they came', async () => {
    const { chain, heard } = listener()
    const [first, second, third] = three()
    await observed(atOnce([third, second, first]), { chains: [chain] })
    expect(heard).toEqual(['3 newFlow >', '3 ip >', `3 ${hook} >`, '3 udp >', '1 ip >', `1 ${hook} >`, '2 ip >', `2 ${hook} >`])
  })

  it('that came before their first are shown with their own time and header', async () => {
    const seen: unknown[] = []
    const chain = defineChain({
      name: 'x', doc: '',
      ip(_flow, ip, _rev, packet) {
        seen.push([packet.number, packet.seconds - EPOCH, packet.nanoseconds, ip.fragmentOffset, ip.moreFragments, ip.totalLength, ip.protocol, ip.isError, packet.wireLength, packet.payloadCaptured])
      },
    })
    const [first, , third] = three()
    const header = hook === 'ip4' ? 20 : 48
    await observed([['1.5', third], ['3', first]], { chains: [chain] })
    expect(seen).toEqual([[2, 3, 0, 0, true, header + 32, 17, false, 14 + header + 32, 24], [1, 1, 500_000_000, 64, false, header + 8, 17, false, 14 + header + 8, 0]])
  })

  it('that came before their first make the record begin when they came', async () => {
    const [first, , third] = three()
    const { records } = await observed([['1', third], ['3', first]])
    expect([records[0].first - EPOCH, records[0].last - EPOCH]).toEqual([1, 3])
  })

  it('without a first are orphans, and no flow', async () => {
    const { records, ledger } = await observed(atOnce(three().slice(1)))
    expect(records).toEqual([])
    expect(ledger).toMatchObject({ packets: 2, in_flows: 0, orphan_fragments: 2, flows: 0 })
  })

  it('move from orphans to flows at the moment their first comes', async () => {
    const moments: unknown[] = []
    const [first, second, third] = three()
    const look: Step = ({ ledger }) => void moments.push([ledger.orphan_fragments, ledger.in_flows])
    await observed([[0, third], look, [0, second], look, [0, first], look])
    expect(moments).toEqual([[1, 0], [2, 0], [0, 3]])
  })

  it('keep their flow: a first that comes twice changes nothing', async () => {
    const [first, second, third] = three()
    const { records, ledger } = await observed(atOnce([first, second, first, third, second]))
    expect([summary(records), ledger.in_flows]).toEqual([['1024: 5/0 forced'], 5])
  })
})

describe('which fragments belong together', () => {
  it('those of one identification', async () => {
    const [a, b] = [three4(1, 1000), three4(2, 2000)]
    const { records } = await observed(atOnce([a[2], b[2], b[0], a[0], a[1], b[1]]))
    expect(summary(records)).toEqual(['2000: 3/0 forced', '1000: 3/0 forced'])
  })

  it('those of one source and destination, which are no pair: the other direction counts by itself', async () => {
    const reply = fragments4(ipv4({ ...back, identification: 1 }, udp(answer, data)), 32).map(eth)
    const { records, ledger } = await observed(atOnce([...three4(1), reply[1], reply[2]]))
    expect([summary(records), ledger.orphan_fragments]).toEqual([['1024: 3/0 forced'], 2])
  })

  it('those of one protocol, in IPv4', async () => {
    const segments = fragments4(ipv4({ ...there, identification: 1 }, tcp(ports, data)), 32).map(eth)
    const { records } = await observed(atOnce([three4(1)[1], segments[1], segments[0], three4(1)[0]]))
    expect(records.map(({ proto, pkt_fwd }) => [proto, pkt_fwd])).toEqual([[6, 2], [17, 2]])
  })

  it('both directions count in one flow', async () => {
    const reply = fragments6(ipv6(back6, udp(answer, data)), 32, 1).map(eth)
    const { records } = await observed(atOnce([...three6(1), ...reply.toReversed()]))
    expect(summary(records)).toEqual(['1024: 3/3 forced'])
  })

  it('what comes more than 30 s after its first is an orphan', async () => {
    const [first, second, third] = three4()
    const { ledger } = await observed([[0, first], [30, second], [31, third]], { idleTimeout: 100 })
    expect(ledger).toMatchObject({ in_flows: 2, orphan_fragments: 1 })
  })

  it('a first that comes more than 30 s later claims nothing', async () => {
    const [first, second, third] = three4()
    const { ledger } = await observed([[0, third], [31, first], [31, second]])
    expect(ledger).toMatchObject({ in_flows: 2, orphan_fragments: 1 })
  })

  it('goes on after the clock went back by a year', async () => {
    const [first, second, third] = three4()
    const { ledger } = await observed([[31_536_000, first], [0, second], [0, first], [0, third]])
    expect(ledger).toMatchObject({ in_flows: 4, orphan_fragments: 0 })
  })

  it.each([['TCP', tcp(ports, data)], ['UDP-Lite', udplite(ports, data)], ['DCCP', dccp(ports, data)], ['SCTP', sctp(ports, data)]])('of %s as of UDP', async (_, transport) => {
    const four = fragments4(ipv4({ ...there, identification: 7 }, transport), 32), six = fragments6(ipv6(there6, transport), 32)
    const { records, ledger } = await observed(atOnce([...four.toReversed(), ...six.toReversed()].map(eth)))
    expect(records.map(({ sp, dp, pkt_fwd }) => [sp, dp, pkt_fwd])).toEqual([[1024, 53, four.length], [1024, 53, six.length]])
    expect(ledger.orphan_fragments).toBe(0)
  })
})

describe('fragments that need no first', () => {
  it('protocols without ports: their key is that of any packet', async () => {
    const frames = [...fragments4(ipv4(there, icmp4({ type: 8 }, data)), 32), ...fragments6(ipv6(there6, icmp6({ type: 128 }, data)), 32), ...fragments4(ipv4({ ...there, protocol: 47 }, data), 32)]
    const { records, ledger } = await observed(atOnce(frames.map(eth).toReversed()))
    expect(records.map(({ proto, sp, pkt_fwd }) => [proto, sp, pkt_fwd])).toEqual([[47, null, 2], [58, null, 3], [1, null, 3]])
    expect(ledger.orphan_fragments).toBe(0)
  })

  it('an atomic fragment is a whole packet', async () => {
    const { chain, heard } = listener()
    const { records } = await observed([[0, eth(ipv6(there6, fragment({ identification: 5 }, udp(ports, data))))], [0, datagram({ six: true, back: true })]], { chains: [chain] })
    expect(summary(records)).toEqual(['1024: 1/1 forced'])
    expect(heard.slice(0, 4)).toEqual(['1 newFlow >', '1 ip >', '1 ip6 >', '1 udp >'])
  })

  it('an atomic fragment is not the first of those of its identification', async () => {
    const { ledger } = await observed([[0, eth(ipv6(there6, fragment({ identification: 1 }, udp(ports, data))))], [0, three6(1)[1]]])
    expect(ledger).toMatchObject({ in_flows: 1, orphan_fragments: 1 })
  })

  it('is of the protocol behind its extension headers, which only the first knows', async () => {
    const protocols: number[] = []
    const chain = defineChain({ name: 'x', doc: '', ip: (_flow, ip) => void protocols.push(ip.protocol) })
    const [first, second, third] = fragments6(ipv6(there6, destinationOptions({}, udp(ports, data))), 32).map(eth)
    const { records, ledger } = await observed(atOnce([third, first, second]), { chains: [chain] })
    expect(records.map(({ proto, sp, pkt_fwd }) => [proto, sp, pkt_fwd])).toEqual([[17, 1024, 3]])
    expect([protocols, ledger.orphan_fragments]).toEqual([[17, 17, 17], 0])
  })
})

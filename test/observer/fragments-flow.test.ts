import { describe, expect, it } from 'vitest'

import { COMPLETE, defineChain, IGNORE } from '../../src/index.ts'
import { ethernet, fragments4, icmp4, icmp4Error, ipv4, udp } from '../../src/testing/build.ts'
import { attempt, CLIENT, datagram, observed, SERVER, type Step, summary } from './observed.ts'

const ports = { sourcePort: 1024, destinationPort: 53 }
const there = { source: CLIENT, destination: SERVER }, back = { source: SERVER, destination: CLIENT }
const eth = (packet: Uint8Array): Uint8Array => ethernet({}, packet)
const pieces = (identification: number, payload = 64, octets = 32): Uint8Array[] => fragments4(ipv4({ ...there, identification }, udp(ports, new Uint8Array(payload))), octets).map(eth)
const [first, second, third] = pieces(1)
const reply = fragments4(ipv4({ ...back, identification: 1 }, udp({ sourcePort: 53, destinationPort: 1024 }, new Uint8Array(64))), 32).map(eth)

describe('fragments of a flow', () => {
  it('travel the way their first does', async () => {
    const { records } = await observed([[0, datagram()], [0, reply[1]], [0, reply[0]], [0, reply[2]]])
    expect(summary(records)).toEqual(['1024: 1/3 forced'])
  })

  it('begin a new flow where the old one is over, with the ports that their first told', async () => {
    const { records } = await observed([[0, first], [20, second]], { idleTimeout: 5 })
    expect(records.map(({ sp, dp, pkt_fwd, end_reason }) => [sp, dp, pkt_fwd, end_reason])).toEqual([[1024, 53, 1, 'idle'], [1024, 53, 1, 'forced']])
  })

  it('that is vetoed are vetoed, those too that came before', async () => {
    const none = defineChain({ name: 'none', doc: '', newFlow: () => IGNORE, ip: () => { throw new Error('no packet of a vetoed flow is shown') } })
    const { records, ledger } = await observed([[0, third], [0, first], [0, second]], { chains: [none] })
    expect(records).toEqual([])
    expect(ledger).toMatchObject({ vetoed: 3, orphan_fragments: 0, in_flows: 0, flows_vetoed: 1 })
  })

  it('may complete it, also one that was held', async () => {
    const last = defineChain({ name: 'last', doc: '', ip: (_flow, ip) => (ip.fragmentOffset === 64 ? COMPLETE : undefined) })
    for (const order of [[first, second, third], [third, first, second]]) {
      const { records } = await observed([...order.map((frame): Step => [0, frame]), [4, datagram()], [6, datagram()]], { chains: [last] })
      expect(summary(records)).toEqual(['1024: 4/0 end', '1024: 1/0 forced'])
    }
  })

  it('are forgotten beyond 64 that wait for one first: those stay orphans', async () => {
    const many = pieces(1, 80 * 8, 8)
    const { records, ledger } = await observed([...many.slice(1), many[0], many[80]].map((frame): Step => [0, frame]))
    expect(summary(records)).toEqual(['1024: 66/0 forced'])
    expect(ledger.orphan_fragments).toBe(80 - 64)
  })
})

describe('a hook that throws', () => {
  const thrower = (offset: number) => defineChain({ name: 'thrower', doc: '', ip(_flow, ip) { if (ip.fragmentOffset === offset) throw new RangeError('no') } })

  it.each([[0, 3], [32, 2], [64, 1]])('at the fragment with offset %i names its packet, %i, though it was held', async (offset, packet) => {
    const { error, ledger } = await attempt([[0, third], [0, second], [0, first], [0, datagram()]], { chains: [thrower(offset)] })
    expect(error).toMatchObject({ code: 'WEIR_HOOK_THREW', chain: 'thrower', hook: 'ip', packet })
    expect(error!.message).toContain(`packet ${packet}: RangeError: no`)
    expect(ledger.packets).toBe(3)
  })

  it('stops the showing of those that were held after it: they stay orphans', async () => {
    const { records, ledger } = await attempt([[0, third], [0, second], [0, first]], { chains: [thrower(64)] })
    expect(ledger).toMatchObject({ packets: 3, in_flows: 2, orphan_fragments: 1 })
    expect(records).toHaveLength(1)
  })

  it('and one that returns no verdict alike', async () => {
    // @ts-expect-error no verdict
    const wrong = defineChain({ name: 'wrong', doc: '', ip: (_flow, ip) => (ip.fragmentOffset === 64 ? false : undefined) })
    const { error } = await attempt([[0, third], [0, first]], { chains: [wrong] })
    expect(error).toMatchObject({ code: 'WEIR_HOOK_VERDICT', packet: 1 })
  })
})

describe('where ports are no part of the key', () => {
  it.each(['hosts', 'aggregate'])('%s: a fragment needs no first, and is shown at once', async (key) => {
    const numbers: number[] = []
    const chain = defineChain({ name: 'x', doc: '', ip: (_flow, _ip, _rev, packet) => void numbers.push(packet.number) })
    const { records, ledger } = await observed([[0, third], [0, second], [0, first], [0, reply[2]]], { key, chains: [chain] })
    expect(records.map(({ pkt_fwd, pkt_rev }) => pkt_fwd + pkt_rev)).toEqual([4])
    expect(ledger).toMatchObject({ in_flows: 4, orphan_fragments: 0 })
    expect(numbers).toEqual([1, 2, 3, 4])
  })

  it.each(['hosts', 'aggregate'])('%s: a record that a later fragment began has no ports', async (key) => {
    const { records } = await observed([[0, third], [0, first]], { key })
    expect(records.map(({ sip, sp, dp, proto }) => [sip, sp, dp, proto])).toEqual([[CLIENT, null, null, 17]])
  })
})

describe('a fragmented ICMP error', () => {
  it('is an error by its first fragment; what follows has no quote, and counts between the router and the host', async () => {
    const router = '192.0.2.99'
    const about = ipv4(there, udp(ports, new Uint8Array(64)))
    const error = fragments4(ipv4({ source: router, destination: CLIENT, identification: 4 }, icmp4Error({}, about, 84)), 48).map(eth)
    const { records } = await observed([[0, eth(about)], ...error.map((frame): Step => [0, frame])])
    expect(records.map(({ sip, dip, pkt_fwd, pkt_rev }) => `${sip} ${dip} ${pkt_fwd}/${pkt_rev}`)).toEqual([`${CLIENT} ${SERVER} 1/1`, `${router} ${CLIENT} 1/0`])
  })

  it('whose quote is in no fragment of it is a packet between them', async () => {
    const echo = fragments4(ipv4({ ...back, identification: 4 }, icmp4({ type: 3 }, new Uint8Array(64))), 8).map(eth)
    const { records } = await observed(echo.map((frame): Step => [0, frame]))
    expect(records.map(({ sip, sp, pkt_fwd }) => [sip, sp, pkt_fwd])).toEqual([[SERVER, null, echo.length]])
  })
})

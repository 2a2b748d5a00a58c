import { describe, expect, it } from 'vitest'

import { type AnyChain, COMPLETE, defineChain, HookError, IGNORE, list, u32 } from '../../src/index.ts'
import { dccp, ethernet, fragments4, icmp4, icmp6, ipv4, ipv6, sctp, SYN, tcp, udp, udplite } from '../../src/testing/build.ts'
import { attempt, CLIENT, CLIENT6, datagram, EPOCH, observed, segment, SERVER, SERVER6, type Step, summary } from './observed.ts'

const ends = { source: CLIENT, destination: SERVER }
const ends6 = { source: CLIENT6, destination: SERVER6 }
const ports = { sourcePort: 1024, destinationPort: 53 }
const one = (frame: Uint8Array): Step => [0, frame]

/** Notes every call of every hook. */
function recorder(name: string, calls: string[], requires: AnyChain[] = []): AnyChain {
  const note = (hook: string) => (): void => void calls.push(`${name}.${hook}`)
  return defineChain({
    name, doc: '', requires,
    newFlow: note('newFlow'), ip: note('ip'), ip4: note('ip4'), ip6: note('ip6'), icmp4: note('icmp4'), icmp6: note('icmp6'), tcp: note('tcp'), udp: note('udp'), l4: note('l4'), end: note('end'),
  })
}

describe('the hooks that run', () => {
  it.each<[string, Uint8Array, string]>([
    ['UDP', datagram(), 'newFlow ip ip4 udp end'],
    ['UDP in IPv6', datagram({ six: true }), 'newFlow ip ip6 udp end'],
    ['TCP', segment(SYN), 'newFlow ip ip4 tcp end'],
    ['TCP in IPv6', segment(SYN, { six: true }), 'newFlow ip ip6 tcp end'],
    ['ICMP', ethernet({}, ipv4(ends, icmp4({ type: 8 }))), 'newFlow ip ip4 icmp4 end'],
    ['ICMPv6', ethernet({}, ipv6(ends6, icmp6({ type: 128 }))), 'newFlow ip ip6 icmp6 end'],
    ['SCTP', ethernet({}, ipv4(ends, sctp(ports))), 'newFlow ip ip4 l4 end'],
    ['DCCP', ethernet({}, ipv6(ends6, dccp(ports))), 'newFlow ip ip6 l4 end'],
    ['UDP-Lite', ethernet({}, ipv4(ends, udplite(ports))), 'newFlow ip ip4 l4 end'],
    ['any other protocol', ethernet({}, ipv4({ ...ends, protocol: 47 }, new Uint8Array(4))), 'newFlow ip ip4 l4 end'],
    ['TCP whose header is not there', ethernet({}, ipv4({ ...ends, totalLength: 39 }, tcp(ports))), 'newFlow ip ip4 end'],
    ['UDP whose header is not there', ethernet({}, ipv4({ ...ends, totalLength: 27 }, udp(ports))), 'newFlow ip ip4 end'],
    ['SCTP whose header is not there', ethernet({}, ipv4({ ...ends, totalLength: 31 }, sctp(ports))), 'newFlow ip ip4 end'],
    ['UDP-Lite whose header is not there', ethernet({}, ipv4({ ...ends, totalLength: 27 }, udplite(ports))), 'newFlow ip ip4 end'],
    ['ICMP whose header is not there', ethernet({}, ipv4({ ...ends, totalLength: 23 }, icmp4({ type: 8 }))), 'newFlow ip ip4 end'],
    ['a later fragment of a protocol without ports', ethernet({}, fragments4(ipv4(ends, icmp4({ type: 8 }, new Uint8Array(24))), 8)[1]), 'newFlow ip ip4 end'],
  ])('for %s', async (_, frame, expected) => {
    const calls: string[] = []
    await observed([one(frame)], { chains: [recorder('x', calls)] })
    expect(calls).toEqual(expected.split(' ').map((hook) => `x.${hook}`))
  })

  it('for a header that was cut by the capture: those of the IP header', async () => {
    const calls: string[] = []
    const frame = segment(SYN)
    await observed([[0, frame.subarray(0, 14 + 20 + 19), { wireLength: frame.length }]], { chains: [recorder('x', calls)] })
    expect(calls).toEqual(['x.newFlow', 'x.ip', 'x.ip4', 'x.end'])
  })

  it('are those of a kind in the order of the chains, those required first, then those of the next kind', async () => {
    const calls: string[] = []
    const a = recorder('a', calls), b = recorder('b', calls), c = recorder('c', calls, [b])
    await observed([one(datagram())], { chains: [c, a] })
    expect(calls).toEqual(['newFlow', 'ip', 'ip4', 'udp', 'end'].flatMap((hook) => [`b.${hook}`, `c.${hook}`, `a.${hook}`]))
  })

  it('are called with the flow, the header, the direction and the packet', async () => {
    const seen: unknown[] = []
    const look = defineChain({
      name: 'look', doc: '',
      newFlow(flow, ip, rev, packet) { seen.push(['newFlow', flow.key.sourcePort, ip.sourceAddress, rev, packet.rev]) },
      ip(_flow, ip, rev, packet) { seen.push(['ip', ip.version, ip.totalLength, ip.sourceAddress, rev, packet.number, packet.seconds - EPOCH, packet.nanoseconds, packet.capturedLength, packet.wireLength]) },
      ip4(_flow, ip) { seen.push(['ip4', ip.identification, ip.headerLength]) },
      udp(_flow, header, rev, packet) { seen.push(['udp', header.sourcePort, header.length, rev, packet.rev, packet.payloadLength, packet.bytes[packet.payloadOffset]]) },
      end(...more: unknown[]) { seen.push(['end', more.length]) },
    })
    await observed([['1.000000005', datagram({ payload: Uint8Array.of(7, 8) })], [2, datagram({ back: true, payload: Uint8Array.of(9) }), { wireLength: 1000 }]], { chains: [look] })
    expect(seen).toEqual([
      ['newFlow', 1024, CLIENT, false, false],
      ['ip', 4, 30, CLIENT, false, 1, 1, 5, 44, 44], ['ip4', 0, 20], ['udp', 1024, 10, false, false, 2, 7],
      ['ip', 4, 29, SERVER, true, 2, 2, 0, 43, 1000], ['ip4', 0, 20], ['udp', 53, 9, true, true, 1, 9],
      ['end', 1],
    ])
  })
})

describe('verdicts', () => {
  const firstPacket = (name: string): AnyChain => defineChain({ name, doc: '', ip() { return COMPLETE } })
  const counter = (name: string) => defineChain({ name, doc: '', directional: { [name]: u32({ doc: '' }) }, ip() { /* every packet */ }, udp(flow) { (flow.side as Record<string, number>)[name] += 1 } })

  it('of one chain keep no packet from another', async () => {
    const { records } = await observed([[0, datagram()], [1, datagram({ back: true })], [2, datagram()]], { chains: [counter('before'), firstPacket('done'), counter('behind')] })
    expect(records).toMatchObject([{ before_fwd: 2, before_rev: 1, behind_fwd: 2, behind_rev: 1, end_reason: 'end' }])
  })

  it('of any hook complete the flow', async () => {
    for (const hook of ['ip', 'ip4', 'udp'] as const) {
      const { records } = await observed([one(datagram())], { chains: [defineChain({ name: 'x', doc: '', [hook]: () => COMPLETE })] })
      expect(records[0].end_reason).toBe('end')
    }
  })

  it('are strings', () => {
    expect([COMPLETE, IGNORE]).toEqual(['complete', 'ignore'])
  })

  it('IGNORE of one chain is for all; every newFlow hook is asked', async () => {
    const calls: string[] = []
    const no = defineChain({ name: 'no', doc: '', newFlow: () => IGNORE })
    const { ledger } = await observed([one(datagram())], { chains: [recorder('a', calls), no, recorder('b', calls)] })
    expect(calls).toEqual(['a.newFlow', 'b.newFlow'])
    expect(ledger).toMatchObject({ vetoed: 1, flows_vetoed: 1 })
  })

  it('the order of chains changes nothing but the order of columns', async () => {
    const steps = Array.from({ length: 60 }, (_, i): Step => [i, i % 9 === 0 ? segment(SYN, { port: i % 4 }) : datagram({ port: i % 5, back: i % 3 === 0 })])
    const mix = [counter('a'), defineChain({ name: 'done', doc: '', ip(_flow, _ip, _rev, packet) { if (packet.number % 17 === 0) return COMPLETE } }), counter('b'), defineChain({ name: 'no', doc: '', newFlow(flow) { if (flow.key.sourcePort === 3) return IGNORE } })]
    const forward = await observed(steps, { chains: mix })
    const backward = await observed(steps, { chains: mix.slice().reverse() })
    expect(backward.records).toEqual(forward.records)
    expect(Object.keys(forward.records[0]).slice(-5, -1)).toEqual(['a_fwd', 'a_rev', 'b_fwd', 'b_rev'])
    expect(Object.keys(backward.records[0]).slice(-5, -1)).toEqual(['b_fwd', 'b_rev', 'a_fwd', 'a_rev'])
  })
})

describe('a hook that fails', () => {
  const failing = (hook: string, how: (call: number) => unknown): AnyChain => {
    let calls = 0
    return defineChain({ name: 'bad', doc: '', [hook]: () => how(++calls) })
  }
  const steps = Array.from({ length: 100 }, (_, i): Step => [i / 10, datagram({ port: 1 + (i % 2) })])

  it.each([true, false, null, 0, 'ignore', 'COMPLETE', {}, 5n, Promise.resolve()].map((value) => [typeof value, value] as const))('returns no verdict (%s): the run stops, and names chain, hook and packet', async (_, value) => {
    const { error, records, ledger } = await attempt(steps, { chains: [failing('udp', (call) => (call === 5 ? value : undefined))] })
    expect(error).toBeInstanceOf(HookError)
    expect(error).toMatchObject({ code: 'WEIR_HOOK_VERDICT', chain: 'bad', hook: 'udp', packet: 5 })
    expect(error!.message).toMatch(/'bad'.*'udp'.*packet 5.*COMPLETE/)
    expect(summary(records)).toEqual(['1: 3/0 forced', '2: 2/0 forced'])
    expect(ledger).toMatchObject({ packets: 5, in_flows: 5 })
  })

  it('newFlow may return IGNORE only', async () => {
    const { error } = await attempt(steps, { chains: [failing('newFlow', () => COMPLETE)] })
    expect(error).toMatchObject({ code: 'WEIR_HOOK_VERDICT', hook: 'newFlow', packet: 1, message: expect.stringContaining('IGNORE') as string })
  })

  it.each(['newFlow', 'ip', 'ip4', 'udp'])('throws in %s: the run stops, with the cause, and what was seen is flushed', async (hook) => {
    const cause = new TypeError('x is not a function')
    const { error, records, ledger } = await attempt(steps, { chains: [failing(hook, (call) => { if (call === 2) throw cause })] })
    expect(error).toMatchObject({ name: 'HookError', code: 'WEIR_HOOK_THREW', chain: 'bad', hook, packet: 2, cause })
    expect(error!.message).toContain('x is not a function')
    expect(records.map(({ sp }) => sp)).toEqual([1, 2])
    expect(ledger).toMatchObject({ packets: 2, in_flows: 2, flows: 2 })
  })

  it('throws what is no Error', async () => {
    const { error } = await attempt(steps, { chains: [failing('ip', () => { throw 'text' })] })
    expect(error).toMatchObject({ code: 'WEIR_HOOK_THREW', cause: 'text' })
  })

  it('is the last to be called but for end hooks, which run for every record', async () => {
    const calls: string[] = []
    const { error } = await attempt(steps, { chains: [recorder('a', calls), failing('ip', (call) => { if (call === 3) throw new Error('x') }), recorder('b', calls)] })
    expect(error!.packet).toBe(3)
    expect(calls.slice(-6)).toEqual(['b.udp', 'a.ip', 'a.end', 'b.end', 'a.end', 'b.end'])
  })

  it('of end: the record is not kept back, no further packet is handled, the other records follow', async () => {
    let seen = 0
    const bad = defineChain({ name: 'bad', doc: '', ip() { seen += 1 }, end() { throw new Error('at the end') } })
    const more: Step[] = [...steps, [50, datagram({ port: 3 })], [50, datagram({ port: 3 })], [50, datagram({ port: 3 })]]
    const { error, records, ledger } = await attempt(more, { chains: [bad] })
    expect(error).toMatchObject({ code: 'WEIR_HOOK_THREW', chain: 'bad', hook: 'end', packet: 101 })
    expect(summary(records)).toEqual(['1: 50/0 idle', '2: 50/0 idle', '3: 1/0 forced'])
    expect([ledger.packets, seen]).toEqual([101, 101])
  })
})

describe('end', () => {
  it('runs once a record, whatever ends it, and may write fields', async () => {
    let runs = 0
    const last = defineChain({ name: 'last', doc: '', fields: { ended: u32({ doc: '' }) }, end(flow) { flow.ended = ++runs + flow.key.sourcePort! * 10 } })
    const { records, ledger } = await observed([[0, datagram({ port: 1 })], [0, datagram({ port: 2 })], [20, datagram({ port: 2 })], [40, datagram({ port: 3 })], [40, datagram({ port: 4 })]], { chains: [last], activeTimeout: 10, maxFlows: 2 })
    expect(records.map(({ ended, end_reason }) => [ended, end_reason])).toEqual([[21, 'active'], [12, 'idle'], [23, 'resources'], [34, 'forced'], [45, 'forced']])
    expect(runs).toBe(ledger.records)
  })
})

describe('first and last', () => {
  it('are there in every hook, and reach to its packet', async () => {
    const seen: unknown[] = []
    const note = (hook: string, { first, last }: { readonly first: number; readonly last: number }): void => void seen.push([hook, first - EPOCH, last - EPOCH])
    const look = defineChain({ name: 'look', doc: '', fields: { numbers: list('u32', { doc: '', max: 9 }) }, newFlow(flow) { note('newFlow', flow) }, udp(flow) { note('udp', flow) }, end(flow) { note('end', flow) } })
    await observed([[3, datagram()], [5, datagram()], [2, datagram()], [4, datagram()]], { chains: [look] })
    expect(seen).toEqual([['newFlow', 3, 3], ['udp', 3, 3], ['udp', 3, 5], ['udp', 2, 5], ['udp', 2, 5], ['end', 2, 5]])
  })
})

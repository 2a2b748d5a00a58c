import { describe, expect, it } from 'vitest'

import { COMPLETE, defineChain, id, IGNORE, tcp as tcpChain, u32 } from '../../src/index.ts'
import { ACK, ethernet, FIN, icmp4, ipv4, RST, SYN } from '../../src/testing/build.ts'
import { CLIENT, datagram, EPOCH, observed, segment, SERVER, type Step, summary } from './observed.ts'

/** Completes a flow at a datagram whose payload is one octet. */
const completer = defineChain({
  name: 'completer', doc: '',
  udp(_flow, _udp, _rev, packet) { if (packet.payloadLength === 1) return COMPLETE },
})
const last = (port = 1024, back = false) => datagram({ port, back, payload: Uint8Array.of(1) })

describe('silence', () => {
  it.each([
    ['of exactly 30 s goes on', '30', ['1024: 2/0 forced']],
    ['of 30 s and a nanosecond ends a flow', '30.000000001', ['1024: 1/0 idle', '1024: 1/0 forced']],
  ])('%s', async (_, time, expected) => {
    const { records } = await observed([[0, datagram()], [time, datagram()]])
    expect(summary(records)).toEqual(expected)
  })

  it('is measured from the last packet, in either direction', async () => {
    const { records } = await observed([['0.5', datagram()], ['30.5', datagram({ back: true })], ['60.5', datagram()], ['90.500000001', datagram({ back: true })]])
    expect(summary(records)).toEqual(['1024: 2/1 idle', '53: 1/0 forced'])
  })

  it('ends a flow as long as it was set to be, by protocol', async () => {
    const ping = ethernet({}, ipv4({ source: CLIENT, destination: SERVER }, icmp4({ type: 8 })))
    const steps = (seconds: string): Step[] => [[0, segment(ACK)], [0, datagram()], [0, ping], [seconds, segment(ACK)], [seconds, datagram()], [seconds, ping]]
    const options = { idleTimeout: { tcp: 1.5, '17': 0.25, default: 3 } }
    const flowsAt = async (seconds: string): Promise<number> => (await observed(steps(seconds), options)).records.length
    expect(await flowsAt('0.25')).toBe(3)
    expect(await flowsAt('0.250000001')).toBe(4)
    expect(await flowsAt('1.500000001')).toBe(5)
    expect(await flowsAt('3')).toBe(5)
    expect(await flowsAt('3.000000001')).toBe(6)
  })

  it('of more than a wheel holds is waited for', async () => {
    const { records } = await observed([[0, datagram()], [3000, datagram({ port: 1025 })], [5000, datagram()], [5001, datagram({ port: 1025 })]], { idleTimeout: 5000 })
    expect(summary(records)).toEqual(['1024: 2/0 forced', '1025: 2/0 forced'])
  })

  it('ends a flow as soon as any packet shows the time, without a grace', async () => {
    const { records } = await observed([[0, datagram()], [10, datagram({ port: 1025 })], [32, datagram({ port: 1026 })], [42, datagram({ port: 1026 })]])
    expect(summary(records)).toEqual(['1024: 1/0 idle', '1025: 1/0 idle', '1026: 2/0 forced'])
  })

  it('of 0 s is any silence', async () => {
    const { records } = await observed([[0, datagram()], [0, datagram()], ['0.000000001', datagram()]], { idleTimeout: 0 })
    expect(summary(records)).toEqual(['1024: 2/0 idle', '1024: 1/0 forced'])
  })
})

describe('a complete flow', () => {
  it.each([
    ['takes late packets for exactly 5 s', '6', ['1024: 3/0 end']],
    ['is over a nanosecond later', '6.000000001', ['1024: 2/0 end', '1024: 1/0 forced']],
  ])('%s', async (_, time, expected) => {
    const { records } = await observed([[0, datagram()], [1, last()], [time, datagram()]], { chains: [completer] })
    expect(summary(records)).toEqual(expected)
  })

  it('counts late packets of both directions, and they do not prolong it', async () => {
    const { records } = await observed([[0, last()], [3, datagram({ back: true })], [5, datagram()], ['5.1', datagram()]], { chains: [completer] })
    expect(summary(records)).toEqual(['1024: 2/1 end', '1024: 1/0 forced'])
    expect(records[0].last).toBe(EPOCH + 5)
  })

  it('is not completed again by a late packet that completes', async () => {
    const { records } = await observed([[0, last()], [4, last()], ['5.5', datagram()]], { chains: [completer] })
    expect(summary(records)).toEqual(['1024: 2/0 end', '1024: 1/0 forced'])
  })

  it('waits as long as it was told to', async () => {
    const { records } = await observed([[0, last()], ['0.5', datagram()], ['0.500000001', datagram()]], { chains: [completer], expiryDelay: 0.5 })
    expect(summary(records)).toEqual(['1024: 2/0 end', '1024: 1/0 forced'])
  })

  it('waits longer than idle flows do, where it was told to', async () => {
    const { records } = await observed([[0, last()], [0, datagram({ port: 1025 })], [50, datagram()], [50, datagram({ port: 1025 })]], { chains: [completer], expiryDelay: 60 })
    expect(summary(records)).toEqual(['1025: 1/0 idle', '1024: 2/0 end', '1025: 1/0 forced'])
  })

  it('whose grace the input ends in has come to its end', async () => {
    const { records } = await observed([[0, last()], [1, datagram({ port: 1025 })]], { chains: [completer] })
    expect(summary(records)).toEqual(['1024: 1/0 end', '1025: 1/0 forced'])
  })

  it('comes out when a packet shows that the grace is over', async () => {
    const { records } = await observed([[0, datagram({ port: 1025 })], [0, last()], [6, datagram({ port: 1025 })], [31, datagram({ port: 1026 })]], { chains: [completer] })
    expect(summary(records)).toEqual(['1024: 1/0 end', '1025: 2/0 forced', '1026: 1/0 forced'])
  })
})

describe('a SYN', () => {
  const closed: Step[] = [[0, segment(SYN, { sequenceNumber: 100 })], [1, segment(RST, { back: true })]]
  const options = { chains: [tcpChain] }

  it('with another sequence number opens a new flow within the grace', async () => {
    const { records } = await observed([...closed, [2, segment(SYN, { sequenceNumber: 101 })], [3, segment(ACK)]], options)
    expect(summary(records)).toEqual(['1024: 1/1 end', '1024: 2/0 forced'])
  })

  it('does so from the other end, which is forward then', async () => {
    const { records } = await observed([...closed, [2, segment(SYN, { sequenceNumber: 7, back: true })], [3, segment(ACK)]], options)
    expect(summary(records)).toEqual(['1024: 1/1 end', '53: 1/1 forced'])
  })

  it('that is sent again is a late packet', async () => {
    const { records } = await observed([...closed, [2, segment(SYN, { sequenceNumber: 100 })]], options)
    expect(summary(records)).toEqual(['1024: 2/1 end'])
  })

  it('with ACK is a late packet', async () => {
    const { records } = await observed([...closed, [2, segment(SYN | ACK, { sequenceNumber: 5, back: true })]], options)
    expect(summary(records)).toEqual(['1024: 1/2 end'])
  })

  it('in an active flow is one of its packets', async () => {
    const { records } = await observed([[0, segment(SYN, { sequenceNumber: 100 })], [2, segment(SYN, { sequenceNumber: 101 })]], options)
    expect(summary(records)).toEqual(['1024: 2/0 forced'])
  })

  it('opens a new flow where the old one was seen without its SYN', async () => {
    const { records } = await observed([[0, segment(FIN | ACK)], [0, segment(FIN | ACK, { back: true })], [1, segment(ACK)], [2, segment(SYN, { sequenceNumber: 0 })]], options)
    expect(summary(records)).toEqual(['1024: 2/1 end', '1024: 1/0 forced'])
  })

  it('is compared with the first of the flow, not with the last', async () => {
    const { records } = await observed([[0, segment(SYN, { sequenceNumber: 1 })], [0, segment(SYN, { sequenceNumber: 2 })], [1, segment(RST, { back: true })], [2, segment(SYN, { sequenceNumber: 1 })], [3, segment(SYN, { sequenceNumber: 2 })]], options)
    expect(summary(records)).toEqual(['1024: 3/1 end', '1024: 1/0 forced'])
  })

  it('with sequence number 0 is known as any other', async () => {
    const { records } = await observed([[0, segment(SYN)], [1, segment(RST, { back: true })], [2, segment(SYN)]], options)
    expect(summary(records)).toEqual(['1024: 2/1 end'])
  })
})

describe('the active timeout', () => {
  const asked: string[] = []
  const counted = defineChain({
    name: 'counted', doc: '', fields: { starts: u32({ doc: '' }), ends: u32({ doc: '' }) }, directional: { seen: u32({ doc: '' }) },
    newFlow(flow, _ip, rev, packet) { flow.starts += 1; asked.push(`${packet.number} ${rev}`) },
    ip(flow) { flow.side.seen += 1 },
    end(flow) { flow.ends += 1 },
  })

  it('begins the next part at the packet that comes more than it after the first', async () => {
    asked.length = 0
    const { records, ledger } = await observed(
      [[0, datagram()], [10, datagram({ back: true })], ['10.000000001', datagram({ back: true })], [20, datagram()], ['20.000000002', datagram()]],
      { chains: [id, counted], activeTimeout: 10 })
    expect(summary(records)).toEqual(['1024: 1/1 active', '1024: 1/1 active', '1024: 1/0 forced'])
    expect(records.map(({ flow_id, part, starts, ends, seen_fwd, seen_rev }) => [flow_id, part, starts, ends, seen_fwd, seen_rev])).toEqual([[1, 1, 1, 1, 1, 1], [1, 2, 1, 1, 1, 1], [1, 3, 1, 1, 1, 0]])
    expect(records.map(({ first, last: to }) => [first - EPOCH, to - EPOCH])).toEqual([[0, 10], [10, 20], [20, 20]])
    expect(asked).toEqual(['1 false', '3 true', '5 false'])
    expect(ledger).toMatchObject({ flows: 1, active_cuts: 2, records: 3 })
  })

  it('is off by default', async () => {
    const { records } = await observed(Array.from({ length: 100 }, (_, i): Step => [i * 30, datagram()]))
    expect(summary(records)).toEqual(['1024: 100/0 forced'])
  })

  it('comes behind the idle timeout: after silence there is a new flow', async () => {
    const { records } = await observed([[0, datagram()], [31, datagram()]], { chains: [id], activeTimeout: 10 })
    expect(records.map(({ flow_id, part, end_reason }) => [flow_id, part, end_reason])).toEqual([[1, 1, 'idle'], [2, 1, 'forced']])
  })

  it('does not cut a flow that is complete', async () => {
    const { records } = await observed([[0, datagram()], [10, last()], [14, datagram()]], { chains: [completer], activeTimeout: 12 })
    expect(summary(records)).toEqual(['1024: 3/0 end'])
  })

  it('a chain may refuse the next part: its packets are vetoed, as long as it is not idle', async () => {
    const once = defineChain({ name: 'once', doc: '', newFlow(flow) { if (flow.key.part > 1) return IGNORE } })
    const { records, ledger } = await observed([[0, datagram()], [20, datagram()], [45, datagram()], [76, datagram()]], { chains: [once], activeTimeout: 10 })
    expect(summary(records)).toEqual(['1024: 1/0 active', '1024: 1/0 forced'])
    expect(ledger).toMatchObject({ in_flows: 2, vetoed: 2, flows: 2, records: 2, active_cuts: 0 })
  })
})

import { describe, expect, it } from 'vitest'

import { basic, COMPLETE, defineChain, id, IGNORE, type Observer, tcp as tcpChain, u32 } from '../../src/index.ts'
import { RST } from '../../src/testing/build.ts'
import { datagram, EPOCH, observed, segment, type Step, summary } from './observed.ts'

const completer = defineChain({
  name: 'completer', doc: '',
  udp(_flow, _udp, _rev, packet) { if (packet.payloadLength === 1) return COMPLETE },
})
const last = (port = 1024) => datagram({ port, payload: Uint8Array.of(1) })
const port = (number: number) => datagram({ port: number })

describe('end_reason', () => {
  it('is idle, active, end, forced or resources', async () => {
    const { records } = await observed(
      [[0, port(1)], [0, last(2)], [20, port(3)], [31, port(3)], [32, port(4)], [33, port(5)], [34, port(6)]],
      { chains: [completer], activeTimeout: 10, maxFlows: 3 })
    expect(summary(records)).toEqual(['2: 1/0 end', '1: 1/0 idle', '3: 1/0 active', '3: 1/0 resources', '4: 1/0 forced', '5: 1/0 forced', '6: 1/0 forced'])
  })
})

describe('flush', () => {
  const flush = (observer: Observer): void => observer.flush()

  it('ends every flow now, and goes on', async () => {
    const { records, ledger } = await observed([[0, port(1)], [1, last(2)], flush, [2, port(1)], [2, port(2)]], { chains: [completer, id] })
    expect(summary(records)).toEqual(['2: 1/0 end', '1: 1/0 forced', '1: 1/0 forced', '2: 1/0 forced'])
    expect(records.map(({ flow_id, part }) => [flow_id, part])).toEqual([[2, 1], [1, 1], [3, 1], [4, 1]])
    expect(ledger).toMatchObject({ flows: 4, active_cuts: 0 })
  })

  it('does nothing where there is no flow', async () => {
    const { records } = await observed([flush, [0, port(1)], flush, flush])
    expect(summary(records)).toEqual(['1: 1/0 forced'])
  })

  it('forgets vetoes: the chains are asked again', async () => {
    const odd = defineChain({ name: 'odd', doc: '', newFlow(flow) { if (flow.key.sourcePort! % 2 === 1) return IGNORE } })
    const { ledger } = await observed([[0, port(1)], [0, port(2)], flush, [1, port(1)], [1, port(2)]], { chains: [odd] })
    expect(ledger).toMatchObject({ flows: 2, flows_vetoed: 2, vetoed: 2, in_flows: 2 })
  })

  it('at the end emits complete flows by due time, then active ones by first packet', async () => {
    const steps: Step[] = [[0, port(10)], [0, port(11)], [0, port(12)], [0, port(13)], [0, port(14)], ['1.7', last(14)], ['1.5', last(12)], [1, port(10)], ['1.9', last(11)], ['1.9', last(10)]]
    const { records } = await observed(steps, { chains: [completer] })
    // 12 was completed at a packet out of order: the clock stood at 1.7 then, as it did for 14
    expect(records.map(({ sp }) => sp)).toEqual([12, 14, 10, 11, 13])
  })
})

describe('purgeIdle', () => {
  const purge = (seconds: number) => (observer: Observer): void => observer.purgeIdle(seconds)

  it('ends flows that were silent for strictly more', async () => {
    const { records } = await observed([[0, port(3)], [5, port(2)], ['5.000000001', port(1)], [15, port(4)], purge(10), [16, port(1)], [16, port(2)], [16, port(3)]])
    expect(summary(records)).toEqual(['3: 1/0 idle', '2: 2/0 forced', '1: 2/0 forced', '4: 1/0 forced', '3: 1/0 forced'])
  })

  it('emits in the order of first packets, and ends vetoed flows as well', async () => {
    const vetoed: number[] = []
    const odd = defineChain({ name: 'odd', doc: '', newFlow(flow) { if (flow.key.sourcePort! % 2 === 1) { vetoed.push(flow.key.sourcePort!); return IGNORE } } })
    const { records } = await observed([[0, port(4)], [0, port(2)], [0, port(1)], [1, port(4)], [5, port(8)], purge(1), [6, port(1)]], { chains: [odd] })
    expect(summary(records)).toEqual(['4: 2/0 idle', '2: 1/0 idle', '8: 1/0 forced'])
    expect(vetoed).toEqual([1, 1])
  })

  it('of what is no number of seconds is an OptionError', async () => {
    let thrown: unknown
    await observed([[0, port(1)], (observer) => { try { observer.purgeIdle(-1) } catch (error) { thrown = error } }])
    expect(thrown).toMatchObject({ name: 'OptionError', code: 'WEIR_OPTION_TIMEOUT' })
  })
})

describe('maxFlows', () => {
  it('bounds the table: the flow that is due first goes early, and no packet is lost', async () => {
    const { records, ledger } = await observed([[0, port(1)], [10, port(2)], [20, port(3)], [25, port(4)]], { maxFlows: 3 })
    expect(summary(records)).toEqual(['1: 1/0 resources', '2: 1/0 forced', '3: 1/0 forced', '4: 1/0 forced'])
    expect(ledger).toMatchObject({ flows: 4, in_flows: 4 })
  })

  it('looks at flows again that were seen since they were armed', async () => {
    const { records } = await observed([[0, port(1)], [5, port(2)], [8, port(1)], [9, port(3)]], { maxFlows: 2 })
    expect(summary(records)).toEqual(['2: 1/0 resources', '1: 2/0 forced', '3: 1/0 forced'])
  })

  it('takes a complete flow before an active one, since it is due before', async () => {
    const { records } = await observed([[0, port(1)], [10, last(2)], [10, port(3)]], { maxFlows: 2, chains: [completer] })
    expect(summary(records)).toEqual(['2: 1/0 end', '1: 1/0 forced', '3: 1/0 forced'])
  })

  it('takes vetoed flows first, which leave no record', async () => {
    const odd = defineChain({ name: 'odd', doc: '', newFlow(flow) { if (flow.key.sourcePort! % 2 === 1) return IGNORE } })
    const { records, ledger } = await observed([[0, port(2)], [1, port(1)], [2, port(4)], [3, port(6)]], { maxFlows: 2, chains: [odd] })
    expect(summary(records)).toEqual(['2: 1/0 resources', '4: 1/0 forced', '6: 1/0 forced'])
    expect(ledger).toMatchObject({ flows: 3, flows_vetoed: 1, vetoed: 1, in_flows: 3 })
  })

  it.each([1, 2, 7])('of %i is never passed, whatever comes', async (maxFlows) => {
    const active: number[] = []
    const steps = Array.from({ length: 200 }, (_, i): Step[] => [[i / 10, port(1 + ((i * 7) % 13))], (observer) => active.push(observer.active)]).flat()
    const { ledger } = await observed(steps, { maxFlows })
    expect(Math.max(...active)).toBe(maxFlows)
    expect(ledger.in_flows).toBe(200)
  })

  it.each([0, -1, 1.5, NaN, Infinity])('of %d is an OptionError', async (maxFlows) => {
    await expect(observed([], { maxFlows })).rejects.toMatchObject({ name: 'OptionError', code: 'WEIR_OPTION_MAX_FLOWS' })
  })

  it('that needs more than 4 GiB is an OptionError that names both numbers', async () => {
    await expect(observed([], { maxFlows: 100_000_000, chains: [basic, tcpChain] })).rejects.toMatchObject({ name: 'OptionError', code: 'WEIR_OPTION_MAX_FLOWS', message: expect.stringMatching(/100000000.*4 GiB/) })
  })
})

describe('records leave', () => {
  it('when they are emitted, those of one packet in the order of their first packets', async () => {
    const steps: Step[] = [[0, port(9)], [0, port(5)], [0, port(7)], [3, port(9)], [2, port(6)], [100, port(1)]]
    expect(summary((await observed(steps)).records)).toEqual(['9: 2/0 idle', '5: 1/0 idle', '7: 1/0 idle', '6: 1/0 idle', '1: 1/0 forced'])
  })

  it('in the same order every time', async () => {
    const steps = Array.from({ length: 3000 }, (_, i): Step => [i / 30, i % 11 === 0 ? segment(RST, { port: (i * 31) % 501 }) : datagram({ port: (i * 37) % 997, six: i % 3 === 0 })])
    const runs = await Promise.all(Array.from({ length: 3 }, () => observed(steps, { chains: [id, tcpChain], idleTimeout: 7, maxFlows: 300 })))
    expect(runs[1].records).toEqual(runs[0].records)
    expect(runs[2].records).toEqual(runs[0].records)
  })

  it('the same however the source hands its packets over', async () => {
    const steps = Array.from({ length: 500 }, (_, i): Step => [i / 10, datagram({ port: (i * 37) % 97 })])
    const [one, many] = await Promise.all([observed(steps, { oneByOne: true, idleTimeout: 3 }), observed(steps, { idleTimeout: 3 })])
    expect(one.records).toEqual(many.records)
  })
})

describe('a vetoed flow', () => {
  it('is not counted, expires when it is idle, and is asked for again then', async () => {
    const asked: number[] = []
    const no = defineChain({
      name: 'no', doc: '', fields: { n: u32({ doc: '' }) },
      newFlow(_flow, _ip, _rev, packet) { asked.push(packet.number); return IGNORE },
      ip() { throw new Error('never') }, end() { throw new Error('never') },
    })
    const { records, ledger } = await observed([[0, port(1)], [30, port(1)], [60, datagram({ port: 1, back: true })], [90, port(1)], ['120.000000001', port(1)]], { chains: [no] })
    expect(records).toEqual([])
    expect(asked).toEqual([1, 5])
    expect(ledger).toMatchObject({ packets: 5, vetoed: 5, in_flows: 0, flows: 0, flows_vetoed: 2, records: 0 })
  })

  it('may be one of many: the others are observed', async () => {
    const some = defineChain({ name: 'some', doc: '', newFlow(flow) { if (flow.key.sourcePort === 2) return IGNORE } })
    const { records } = await observed([[0, port(1)], [0, port(2)], [0, port(3)], [1, port(2)], [2, port(3)]], { chains: [some] })
    expect(summary(records)).toEqual(['1: 1/0 forced', '3: 2/0 forced'])
    expect(records[1].last).toBe(EPOCH + 2)
  })
})

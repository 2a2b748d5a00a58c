import { describe, expect, it } from 'vitest'

import { defineChain, type Frame, IGNORE } from '../../src/index.ts'
import { CLIENT, datagram } from '../observer/observed.ts'
import { at, endure, merged, synFlood } from './flood.ts'

const MAX_FLOWS = 256

/** A conversation with a packet every so often, in turns, until the flood is over. */
function conversation(port: number, periodNs: number, untilNs: number): Frame[] {
  return Array.from({ length: Math.ceil(untilNs / periodNs) }, (_, n) => at(Math.floor(n * periodNs), datagram({ port, back: n % 2 === 1 })))
}

describe('a SYN flood from random sources', () => {
  it.each([1, 2, 64, 256])('never uses more rows than there are: %i', async (maxFlows) => {
    const { records, in_flows, mostRows } = await endure(synFlood(2000, 1000), { maxFlows })
    expect(mostRows).toBe(maxFlows)
    expect([in_flows, records.length]).toEqual([2000, 2000])
  })

  it('loses no packet, and tells by the reason which flows had to go', async () => {
    const { records } = await endure(synFlood(1000, 100), { maxFlows: MAX_FLOWS })
    expect(records.reduce((sum, { packets }) => sum + packets, 0)).toBe(1000)
    expect(records.filter(({ end_reason }) => end_reason === 'resources')).toHaveLength(1000 - MAX_FLOWS)
  })

  it('lets those go first that were silent the longest', async () => {
    const { records } = await endure(synFlood(1000, 100), { maxFlows: MAX_FLOWS })
    const ports = records.map(({ sp }) => sp)
    expect(ports).toEqual(Array.from({ length: 1000 }, (_, n) => n))
  })

  it('of flows that a chain does not want uses no more rows either, and none of those that are wanted has to go', async () => {
    const picky = defineChain({ name: 'picky', doc: '', newFlow: ({ key }) => (key.sourcePort! % 100 === 0 ? undefined : IGNORE) })
    const { records, in_flows, mostRows } = await endure(synFlood(5000, 1000), { maxFlows: MAX_FLOWS }, [picky])
    expect(mostRows).toBeLessThanOrEqual(MAX_FLOWS)
    expect(in_flows).toBe(50)
    expect(records.map(({ sp, end_reason }) => [sp, end_reason])).toEqual(Array.from({ length: 50 }, (_, n) => [100 * n, 'forced']))
  })

  /** What becomes of flows that have a packet every maxFlows / (2 x rate) seconds. */
  async function survive(perSecond: number, flows: number): Promise<void> {
    const count = 10 * MAX_FLOWS
    // a flow that is silent for more than the idle timeout is over, flood or not
    const periodNs = Math.min((MAX_FLOWS / (2 * perSecond)) * 1e9, 29e9)
    const talks = Array.from({ length: flows }, (_, port) => conversation(port, periodNs, (count / perSecond) * 1e9))
    const { records, in_flows, mostRows } = await endure(merged(synFlood(count, perSecond), ...talks), { maxFlows: MAX_FLOWS })
    expect(mostRows).toBeLessThanOrEqual(MAX_FLOWS)
    expect(in_flows).toBe(count + talks.flat().length)
    const own = records.filter(({ sip }) => sip === CLIENT).toSorted((a, b) => a.sp! - b.sp!)
    expect(own.map(({ sp, packets }) => [sp, packets])).toEqual(talks.map((talk, port) => [port, talk.length]))
  }

  describe.each([5, 10, 50, 100, 128])('of %i a second leaves flows alone that have a packet every maxFlows / (2 x rate) seconds', (perSecond) => {
    it.each([1, 3, 15])('%i of them', (flows) => survive(perSecond, flows))
  })

  // the wheel counts whole seconds: within one, flows go in the order in which they were armed, seen since or not
  describe.each([256, 500, 1000, 20_000])('of %i a second, so many that the table is used up within a second', (perSecond) => {
    it('leaves them alone', () => survive(perSecond, 3))
  })
})

import { describe, expect, it } from 'vitest'

import type { Frame } from '../../src/index.ts'
import { realCaptures } from './captures.ts'
import { swapped } from './ends.ts'
import { ALL, type AnyRecord, outcome, packetsOf, without } from './outcome.ts'

const captures = await realCaptures()

describe.each(captures)('$name', { timeout: 60_000 }, ({ frames }) => {
  it('shifted by whole seconds, gives the same records but for their times', async () => {
    // what has no time takes the clock's, which begins at 0
    const stamped = frames.filter((frame) => frame.stamped !== false)
    const { records, ledger } = await outcome(stamped)
    for (const shift of [1, 3600, 86_400 * 365]) {
      const later = await outcome(stamped.map((frame) => ({ ...frame, seconds: frame.seconds + shift })))
      expect(without(later.records, 'first', 'last', 'first_ns', 'last_ns')).toEqual(without(records, 'first', 'last', 'first_ns', 'last_ns'))
      expect(later.records.map(times)).toEqual(records.map((record) => times(record).map((time) => time + BigInt(shift) * 1_000_000_000n)))
      expect(later.ledger).toEqual(ledger)
    }
  })

  it('with packets among them that are no IP, gives the same records but for the numbers of packets', async () => {
    const { records, ledger } = await outcome(frames)
    const more = frames.flatMap((frame, i) => [frame, ...Array.from({ length: i % 4 }, (_, n): Frame => ({ ...frame, ...NO_IP[(i + n) % NO_IP.length] }))])
    const added = more.length - frames.length
    const other = await outcome(more)
    expect(without(other.records, 'flow_id')).toEqual(without(records, 'flow_id'))
    expect(other.ledger).toEqual({ ...ledger, packets: ledger.packets + added, non_ip: ledger.non_ip + added })
  })

  it('with the chains in reverse order, gives the same records, whose columns stand in another', async () => {
    const { records, ledger, columns } = await outcome(frames)
    const reversed = await outcome(frames, { chains: ALL.toReversed() })
    expect(reversed.records).toEqual(records)
    expect(reversed.ledger).toEqual(ledger)
    expect(reversed.columns).not.toEqual(columns)
    expect(reversed.columns.toSorted()).toEqual(columns.toSorted())
  })

  it('with the ends of every packet swapped, gives the same records with their ends swapped', async () => {
    const { records, ledger } = await outcome(frames)
    const other = await outcome(frames.map(swapped))
    const asBefore = other.records.map((record): AnyRecord => ({ ...record, sip: record['dip'], dip: record['sip'], sp: record['dp'], dp: record['sp'] }))
    expect(asBefore.map(ofEitherEnd)).toEqual(records.map(ofEitherEnd))
    expect(other.ledger).toEqual(ledger)
    expect(frames.every((each) => Buffer.compare(swapped(swapped(each)).bytes, each.bytes) === 0)).toBe(true)
  })

  it.each([1, 2, 7, 40])('with room for %i flows, loses no packet, and gives each flow what it had', async (maxFlows) => {
    const { records, ledger } = await outcome(frames)
    const small = await outcome(frames, { maxFlows })
    expect(packetsOf(small.records)).toBe(ledger.in_flows)
    expect(small.ledger).toEqual({ ...ledger, flows: small.ledger.flows, records: small.ledger.records })
    expect(sums(small.records)).toEqual(sums(records))
  })

  it('with room for just as many flows as there are, gives the same', async () => {
    const { records, ledger } = await outcome(frames)
    expect((await outcome(frames, { maxFlows: Math.max(1, ledger.flows) })).records).toEqual(records)
  })
})

/** The record without what depends on which end has which address: who sent an error, and the identifier of an ICMP flow, whose types stand for ports. */
function ofEitherEnd(record: AnyRecord): AnyRecord {
  return { ...record, icmp_error_sender: null, ...(record['sp'] === null && { community_id: null }) }
}

function times({ first_ns, last_ns }: AnyRecord): bigint[] {
  return [first_ns as bigint, last_ns as bigint]
}

/** Packets and octets of each flow both ways, over all of its records. */
function sums(records: readonly AnyRecord[]): Map<string, number[]> {
  const flows = new Map<string, number[]>()
  for (const { sip, sp, dip, dp, proto, pkt_fwd, pkt_rev, oct_fwd, oct_rev } of records) {
    for (const [from, to, packets, octets] of [[`${sip} ${sp}`, `${dip} ${dp}`, pkt_fwd, oct_fwd], [`${dip} ${dp}`, `${sip} ${sp}`, pkt_rev, oct_rev]]) {
      const key = `${proto} ${from} ${to}`
      const sum = flows.get(key) ?? [0, 0]
      flows.set(key, [sum[0] + Number(packets), sum[1] + Number(octets)])
    }
  }
  return new Map([...flows].filter(([, [packets]]) => packets > 0).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const frame = (linkType: number, ...octets: number[]): Partial<Frame> & { bytes: Uint8Array } => ({ bytes: Uint8Array.from(octets), wireLength: octets.length, linkType })
/** Nothing, too little, ARP, an IEEE 802.3 length, a BSD loopback of another family, link types that nobody knows. */
const NO_IP = [
  frame(1), frame(1, 1, 2, 3), frame(1, ...Array.from({ length: 12 }, () => 255), 8, 6, ...Array.from({ length: 46 }, (_, i) => i)),
  frame(1, ...Array.from({ length: 12 }, () => 1), 0, 46, ...Array.from({ length: 46 }, () => 69)), frame(0, 7, 0, 0, 0, 69), frame(147, 69, 0, 0, 20), frame(101, 0),
]

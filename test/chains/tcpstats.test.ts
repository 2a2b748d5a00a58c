import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { tcpstats } from '../../src/index.ts'
import { ACK, CWR, ECE, FIN, hex, PSH, recordsOf, RST, SYN, URG } from '../../src/testing/build.ts'
import { datagram, segment } from './frames.ts'

const data = (length: number) => ({ payload: new Uint8Array(length) })

/** Segments in short: `>S` is a SYN of the client, `<SA` a SYN+ACK of the server; D is data. */
function play(text: string): Uint8Array[] {
  const FLAGS: Readonly<Record<string, number>> = { S: SYN, A: ACK, F: FIN, R: RST, D: PSH | ACK }
  return text.split(' ').map((each) => {
    const flags = each.slice(1).split('').reduce((all, letter) => all | FLAGS[letter], 0)
    return segment(flags, { back: each.startsWith('<'), sequenceNumber: (flags & SYN) !== 0 ? 0 : 1, ...(each.includes('D') && data(10)) })
  })
}

describe('tcp_state', () => {
  it.each([
    ['>S', 'S0'], ['>S >S', 'S0'], ['>S <SA', 'S1'], ['>S <SA >A >D <A', 'S1'], ['>S <SA >A >FA <FA >A', 'SF'], ['>S <RA', 'REJ'], ['>S <SA >A >FA <A', 'S2'], ['>S <SA >A <FA >A', 'S3'],
    ['>S <SA >A >RA', 'RSTO'], ['>S <SA >R', 'RSTO'], ['>S <SA >A <RA', 'RSTR'], ['>S >R', 'RSTOS0'], ['<SA >R', 'RSTO'], ['<SA <R', 'RSTRH'], ['>S >FA', 'SH'], ['<SA <FA', 'SHR'],
    ['>A', 'OTH'], ['>D <A', 'OTH'], ['>D <A >FA <FA', 'SF'], ['>S <A <SA >A', 'S1'], ['<SA >A', 'S1'], ['>S <SA >A >FA >R <FA', 'SF'], ['>A >S', 'S0'], ['>S <SA >A >FA <FA >R', 'SF'],
  ])('%s is %s', async (text, state) => {
    const records = await recordsOf([tcpstats], play(text))
    expect(records.map(({ tcp_state }) => tcp_state)).toEqual([state])
  })

  it('is null for what is no TCP', async () => {
    const [record] = await recordsOf([tcpstats], [datagram()])
    expect(record).toMatchObject({ tcp_state: null, tcp_flags_fwd: 0, tcp_window_fwd: null, tcp_octets_fwd: 0 })
  })
})

describe('tcpstats', () => {
  it('counts flags', async () => {
    const [record] = await recordsOf([tcpstats], [segment(SYN | ECE | CWR), segment(SYN | ACK | ECE, { back: true }), segment(ACK), segment(ACK | PSH | URG, data(1)), segment(FIN | ACK | CWR), segment(RST, { back: true })])
    expect(record).toMatchObject({
      tcp_pkt_syn_fwd: 1, tcp_pkt_fin_fwd: 1, tcp_pkt_rst_fwd: 0, tcp_pkt_psh_fwd: 1, tcp_pkt_ack_fwd: 3, tcp_pkt_urg_fwd: 1, tcp_pkt_ece_fwd: 1, tcp_pkt_cwr_fwd: 2, tcp_flags_fwd: 0xfb,
      tcp_pkt_syn_rev: 1, tcp_pkt_rst_rev: 1, tcp_pkt_ack_rev: 1, tcp_flags_rev: SYN | ACK | ECE | RST,
    })
  })

  it('has what the first SYN of a direction offers', async () => {
    const [record] = await recordsOf([tcpstats], [
      segment(SYN, { window: 1000, options: hex('0303 07 0402 080a 00000001 00000000 1e04 0181') }), segment(SYN, { window: 1 }), segment(SYN | ACK, { back: true, window: 2000 }), segment(ACK, { window: 3000 }),
    ])
    expect(record).toMatchObject({
      tcp_window_fwd: 1000, tcp_window_scale_fwd: 7, tcp_sack_permitted_fwd: true, tcp_timestamps_fwd: true, tcp_mptcp_fwd: true,
      tcp_window_rev: 2000, tcp_window_scale_rev: null, tcp_sack_permitted_rev: false, tcp_timestamps_rev: false, tcp_mptcp_rev: false,
    })
  })

  it.each<[string, readonly (readonly [sequenceNumber: number, length: number, flags?: number])[], number]>([
    ['in order', [[99, 0, SYN], [100, 10], [110, 5], [115, 0, FIN]], 15],
    ['data in the SYN', [[99, 10, SYN], [110, 5]], 15],
    ['and its FIN', [[99, 0, SYN], [100, 10], [110, 5, FIN], [116, 0], [110, 5, FIN]], 15],
    ['a FIN before its data', [[99, 0, SYN], [110, 0, FIN], [100, 10], [111, 0]], 10],
    ['sent again', [[99, 0, SYN], [100, 10], [100, 10], [105, 10]], 15],
    ['out of order', [[99, 0, SYN], [110, 10], [100, 10]], 20],
    ['not captured', [[99, 0, SYN], [200, 10]], 110],
    ['without a SYN', [[5000, 10], [5010, 10]], 20],
    ['around zero', [[0xfffffffa, 0, SYN], [0xfffffffb, 10], [5, 10]], 20],
    ['a keep-alive', [[99, 0, SYN], [100, 10], [109, 1]], 10],
    ['a SYN sent again', [[99, 0, SYN], [100, 10], [99, 0, SYN], [110, 1]], 11],
    ['a RST from nowhere', [[99, 0, SYN], [100, 10], [7000, 0, RST]], 10],
    ['no next segment', [[99, 0, SYN], [100, 10], [2 ** 31, 10]], 10],
    ['the next connection', [[99, 0, SYN], [100, 10], [2 ** 31, 0, SYN], [2 ** 31 + 1, 7]], 17],
  ])('octets by sequence numbers: %s', async (_, segments, octets) => {
    const [record] = await recordsOf([tcpstats], segments.map(([sequenceNumber, length, flags = ACK]) => segment(flags, { sequenceNumber, ...data(length) })))
    expect(record.tcp_octets_fwd).toBe(octets)
  })

  it('octets of any stream, cut and shuffled and sent again, are those of the stream', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(0xffffffff), fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 10 }), fc.infiniteStream(fc.nat(9)), async (start, lengths, order) => {
      let next = start + 1
      const all = lengths.map((length) => segment(ACK, { sequenceNumber: (next += length) - length >>> 0, ...data(length) }))
      const shuffled = all.map((frame) => ({ frame, at: order.next().value })).toSorted((a, b) => a.at - b.at).map(({ frame }) => frame)
      const [record] = await recordsOf([tcpstats], [segment(SYN, { sequenceNumber: start }), ...shuffled, ...all])
      expect(record.tcp_octets_fwd).toBe(lengths.reduce((sum, length) => sum + length))
    }), { numRuns: 50 })
  })
})

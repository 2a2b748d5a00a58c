import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { mss, tcpopt, tfo } from '../../src/index.ts'
import { TcpView } from '../../src/packet/transport-view.ts'
import { ACK, hex, recordsOf, SYN } from '../../src/testing/build.ts'
import { packetOf } from '../packet/decoded.ts'
import { segment } from './frames.ts'

const options = (text: string) => ({ options: hex(text) })
/** The options of a SYN. */
function optionsOf(text: string, { dataOffset, cut = 0, totalLength }: { dataOffset?: number; cut?: number; totalLength?: number } = {}) {
  const frame = segment(SYN, { ...options(text), ...(dataOffset !== undefined && { dataOffset }), ...(totalLength !== undefined && { ip: { totalLength } }) })
  return new TcpView(packetOf(frame.subarray(0, frame.length - cut), { wireLength: frame.length })).options
}

describe('the options of a TCP header', () => {
  it('are read in one pass', () => {
    const all = optionsOf('0204 05b4 0402 080a 00000001 fffffffe 01 0303 07 1e04 0181 2206 01020304')
    expect(all).toMatchObject({
      count: 6, isMalformed: false, isCut: false, maximumSegmentSizeLength: 4, maximumSegmentSize: 1460, windowScale: 7, sackPermitted: true,
      timestampValue: 1, timestampEcho: 0xfffffffe, multipathSubtype: 0, fastOpenKind: 34, fastOpenLength: 4,
    })
    expect([0, 1, 2, 3, 4, 5, 8, 30, 34, 254].filter((kind) => all.has(kind))).toEqual([0, 1, 2, 3, 4, 8, 30, 34])
  })

  it.each<[string, string, object]>([
    ['none', '', { count: 0, isMalformed: false, maximumSegmentSize: -1, windowScale: -1, timestampValue: -1, fastOpenKind: 0 }],
    ['of two the first counts', '0204 05b4 0204 0218 0303 01 0303 02', { count: 4, maximumSegmentSize: 1460, windowScale: 1 }],
    ['a segment size of three octets', '0205 0005b4', { maximumSegmentSizeLength: 5, maximumSegmentSize: 1460 }],
    ['one of none', '0202', { maximumSegmentSizeLength: 2, maximumSegmentSize: 0 }],
    ['one of too many', '020a ffffffffffffffff', { maximumSegmentSizeLength: 10, maximumSegmentSize: 0xffffffff }],
    ['SACK blocks', '0512 00000001 00000002 00000003 00000004', { sackBlocks: 2, sackPermitted: false }],
    ['an experiment that is Fast Open', 'fe0c f989 0102030405060708', { fastOpenKind: 254, fastOpenLength: 8 }],
    ['one that is not', 'fe04 0000', { fastOpenKind: 0, count: 1 }],
    ['length 0', '0204 05b4 0300', { isMalformed: true, maximumSegmentSize: 1460, windowScale: -1 }],
    ['length 1', '0301 0204 05b4', { isMalformed: true, count: 0, maximumSegmentSize: -1 }],
    ['a kind without its length', '010101 02', { isMalformed: true, count: 0 }],
    ['an option past the header', '0101 020a', { isMalformed: true, maximumSegmentSize: -1 }],
    ['what stands behind the end', '0204 05b4 00 0303 07', { count: 1, windowScale: -1, isMalformed: false }],
  ])('%s', (_, text, expected) => expect(optionsOf(text)).toMatchObject(expected))

  it('says who cut them', () => {
    const cut = optionsOf('0204 05b4 0303 0700', { cut: 2 })
    expect(cut).toMatchObject({ isCut: true, isMalformed: false, maximumSegmentSize: 1460, windowScale: -1 })
    // its value is lost, but it was there
    expect(cut.has(3)).toBe(true)
    expect(optionsOf('0101 0308').has(3)).toBe(false)
    expect(optionsOf('0204 05b4', { cut: 4 })).toMatchObject({ isCut: true, isMalformed: false, count: 0 })
    expect(optionsOf('0204 05b4', { totalLength: 42 })).toMatchObject({ isCut: false, isMalformed: true, count: 0 })
    expect(optionsOf('0204 05b4', { dataOffset: 15 })).toMatchObject({ isMalformed: true, count: 1 })
    expect(optionsOf('0204 05b4', { dataOffset: 3 })).toMatchObject({ isMalformed: false, count: 0 })
  })

  it('whatever they are, reading them ends, within the header', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(15), fc.nat(30), (octets, dataOffset, cut) => {
      const frame = segment(SYN, { options: octets, dataOffset })
      const view = new TcpView(packetOf(frame.subarray(0, Math.max(frame.length - cut, 54)), { wireLength: frame.length }))
      expect(view.options.count).toBeLessThanOrEqual(20)
      expect(view.options.fastOpenOffset + view.options.fastOpenLength).toBeLessThanOrEqual(frame.length)
    }))
  })
})

describe('mss', () => {
  it('has the option of the first SYN of a direction that has one', async () => {
    const [record] = await recordsOf([mss], [
      segment(SYN), segment(SYN, options('0204 05b4')), segment(SYN, options('0204 0218')), segment(SYN | ACK, { back: true, ...options('0205 0005a0') }), segment(ACK, options('0204 0001')),
    ])
    expect(record).toMatchObject({ mss_len_fwd: 4, mss_value_fwd: 1460, mss_len_rev: 5, mss_value_rev: 1440 })
  })

  it('is null without', async () => {
    const [record] = await recordsOf([mss], [segment(SYN), segment(ACK, options('0204 0001'))])
    expect(record).toMatchObject({ mss_len_fwd: null, mss_value_fwd: null, mss_len_rev: null, mss_value_rev: null })
  })
})

describe('tcpopt', () => {
  it('has what came with a SYN from the server', async () => {
    const [record] = await recordsOf([tcpopt], [segment(SYN, options('0303 01')), segment(SYN | ACK, { back: true, ...options('0402 080a 00000001 00000000') }), segment(ACK, { back: true, ...options('0303 01') })])
    expect(record).toMatchObject({ tcpopt_ts: true, tcpopt_ws: null, tcpopt_sack: true })
  })
})

describe('tfo', () => {
  const none = { tfo_synkind: 0, tfo_ackkind: 0, tfo_synclen: 0, tfo_ackclen: 0, tfo_seq: 0, tfo_dlen: 0, tfo_ack: 0 }

  it('a cookie is asked for, and given', async () => {
    const [record] = await recordsOf([tfo], [segment(SYN, { sequenceNumber: 7, ...options('2202') }), segment(SYN | ACK, { back: true, acknowledgmentNumber: 8, ...options('220a 0102030405060708') })])
    expect(record).toMatchObject({ ...none, tfo_synkind: 34, tfo_ackkind: 34, tfo_ackclen: 8, tfo_seq: 7, tfo_ack: 8 })
  })

  it('data comes with the SYN; the first counts, and padding is no data', async () => {
    const payload = new Uint8Array(3)
    const [record] = await recordsOf([tfo], [
      segment(SYN, { sequenceNumber: 7, payload, ...options('ff0c f989 0102030405060708') }), segment(SYN, { sequenceNumber: 9, ...options('2202') }),
      segment(SYN | ACK, { back: true, acknowledgmentNumber: 11 }), segment(SYN | ACK, { back: true, acknowledgmentNumber: 12 }),
    ])
    expect(record).toMatchObject({ ...none, tfo_synkind: 255, tfo_synclen: 8, tfo_seq: 7, tfo_dlen: 3, tfo_ack: 11 })
  })

  it('without the option there is nothing', async () => {
    const [record] = await recordsOf([tfo], [segment(SYN, { sequenceNumber: 7 }), segment(SYN | ACK, { back: true, acknowledgmentNumber: 8, ...options('2202') })])
    expect(record).toMatchObject(none)
  })
})

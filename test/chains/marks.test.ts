import { describe, expect, it } from 'vitest'

import { dscp, ecn, evil, noop, observe, udp } from '../../src/index.ts'
import { ACK, ethernet, fragments4, icmp4Error, ipv4, recordsOf, SYN, tcp } from '../../src/testing/build.ts'
import { between, CLIENT, datagram, segment, SERVER } from './frames.ts'

const data = new Uint8Array(10)
/** An ICMP error about a segment of the client, with marks of its own. */
const error = (typeOfService: number) =>
  ethernet({}, ipv4({ source: '203.0.113.9', destination: CLIENT, typeOfService, reserved: true }, icmp4Error({ type: 11 }, between({}, tcp({ sourcePort: 1024, destinationPort: 443 })))))

/** Names of the fields that are true. */
const set = (record: object) => Object.entries(record).filter(([, value]) => value === true).map(([name]) => name)

describe('ecn', () => {
  it.each([[0, []], [1, ['ect1']], [2, ['ect0']], [3, ['ce']]])('mark %i, on SYN and data, in IPv4 and IPv6', async (mark, names) => {
    for (const six of [false, true]) {
      const marked = { six, ip: { typeOfService: mark, trafficClass: mark } }
      const [record] = await recordsOf([ecn], [segment(SYN, marked), segment(ACK, marked), segment(SYN | ACK, { ...marked, back: true }), datagram({ six })])
      expect(set(record).sort()).toEqual(names.flatMap((name) => [`ecn_${name}_syn_fwd`, `ecn_${name}_syn_rev`, `ecn_${name}_data_fwd`]).sort())
    }
  })

  it('an error says nothing of the flow', async () => {
    const [record] = await recordsOf([ecn], [segment(SYN), error(3)])
    expect(set(record)).toEqual([])
  })
})

describe('dscp', () => {
  const marked = (typeOfService: number, more = {}) => ({ ip: { typeOfService, trafficClass: typeOfService }, ...more })

  it('keeps the first SYN and the first data, whatever they say', async () => {
    const [record] = await recordsOf([dscp], [
      segment(SYN, marked(0xb8)), segment(SYN, marked(4)), segment(SYN | ACK, marked(8, { back: true })), segment(ACK, marked(12)),
      segment(ACK, marked(0, { payload: data })), segment(ACK, marked(16, { payload: data })),
    ])
    expect(record).toMatchObject({ dscp_mark_syn_fwd: 46, dscp_mark_syn_rev: 2, dscp_mark_data_fwd: 0, dscp_mark_data_rev: null })
  })

  it('takes no padding for payload', async () => {
    const [record] = await recordsOf([dscp], [ethernet({ pad: true }, between(marked(32), tcp({ sourcePort: 1, destinationPort: 2, flags: ACK })))])
    expect(record.dscp_mark_data_fwd).toBeNull()
  })

  it('of UDP every datagram is data', async () => {
    const [record] = await recordsOf([dscp], [datagram(marked(12, { payload: new Uint8Array(0) }))])
    expect(record).toMatchObject({ dscp_mark_syn_fwd: null, dscp_mark_data_fwd: 3 })
  })

  it('a later fragment is data, an error is not', async () => {
    const whole = between({ ip: { typeOfService: 12 } }, tcp({ sourcePort: 1024, destinationPort: 443, flags: SYN }, new Uint8Array(64)))
    const [record] = await recordsOf([dscp], [...fragments4(whole, 24).map((each) => ethernet({}, each)), error(0x20)])
    expect(record).toMatchObject({ dscp_mark_syn_fwd: 3, dscp_mark_data_fwd: 3, dscp_mark_data_rev: null })
  })
})

describe('evil', () => {
  const reserved = { ip: { reserved: true } }

  it('keeps the first bits, and completes nothing', async () => {
    const records = await recordsOf([evil], [
      segment(SYN, reserved), segment(SYN), segment(SYN | ACK, { back: true }), segment(ACK, reserved), segment(ACK, { payload: data }), segment(ACK, { ...reserved, payload: data }), error(0),
    ])
    expect(records).toEqual([expect.objectContaining({ evilbit_syn_fwd: true, evilbit_syn_rev: false, evilbit_data_fwd: false, evilbit_data_rev: null, end_reason: 'forced' })])
  })

  it('IPv6 has no such bit', async () => {
    const [record] = await recordsOf([evil], [segment(SYN, { six: true }), datagram({ six: true })])
    expect(record).toMatchObject({ evilbit_syn_fwd: null, evilbit_data_fwd: null })
  })
})

describe('udp', () => {
  it('says whether the last datagram had a checksum', async () => {
    const [record] = await recordsOf([udp], [datagram(), datagram({ checksum: 0 })])
    expect(record).toMatchObject({ udp_zero_checksum_fwd: true, udp_zero_checksum_rev: null })
    const [other] = await recordsOf([udp], [datagram({ back: true })])
    expect(other.udp_zero_checksum_fwd).toBe(false)
  })
})

it('noop adds nothing', async () => {
  const [record] = await recordsOf([noop], [datagram({ ip: { source: SERVER } })])
  expect(Object.keys(record)).toEqual(['first', 'last', 'end_reason'])
  expect(observe('-', { chains: [noop], maxFlows: 1 }).schema.columns).toHaveLength(3)
})

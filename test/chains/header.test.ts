import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { ip, payload, ttl } from '../../src/index.ts'
import { ACK, authentication, destinationOptions, ethernet, fragments4, fragments6, hex, hopByHop, icmp4Error, ipv4, recordsOf, SYN, tcp, udp } from '../../src/testing/build.ts'
import { between, CLIENT, datagram, segment } from './frames.ts'

const error = ethernet({}, ipv4({ source: '203.0.113.9', destination: CLIENT, timeToLive: 9, df: true, options: hex('9404 0000') }, icmp4Error({ type: 11 }, between({}, tcp({ sourcePort: 1024, destinationPort: 443 })))))
const ports = { sourcePort: 1024, destinationPort: 443 }

describe('ttl', () => {
  it('has least, greatest and changes of each direction', async () => {
    for (const six of [false, true]) {
      const [record] = await recordsOf([ttl], [64, 64, 60, 61, 61].map((live) => segment(ACK, { six, ip: { timeToLive: live, hopLimit: live } })))
      expect(record).toMatchObject({ ttl_min_fwd: 60, ttl_max_fwd: 64, ttl_changes_fwd: 2, ttl_min_rev: null, ttl_max_rev: null, ttl_changes_rev: 0 })
    }
  })

  it('knows a TTL of 0, and leaves errors out', async () => {
    const [record] = await recordsOf([ttl], [segment(SYN, { ip: { timeToLive: 0 } }), error])
    expect(record).toMatchObject({ ttl_min_fwd: 0, ttl_max_fwd: 0, ttl_min_rev: null })
  })
})

describe('payload', () => {
  it('counts what was sent behind the transport header', async () => {
    const [record] = await recordsOf([payload], [
      segment(SYN), segment(ACK, { payload: new Uint8Array(100) }), ethernet({ pad: true }, between({ back: true }, tcp({ sourcePort: 443, destinationPort: 1024 }, new Uint8Array(1)))), error,
      { frame: segment(ACK, { payload: new Uint8Array(50) }).subarray(0, 60), wireLength: 104 },
    ])
    expect(record).toMatchObject({ pay_oct_fwd: 150, pay_pkt_fwd: 2, pay_oct_rev: 1, pay_pkt_rev: 1 })
  })

  it('of later fragments all is payload', async () => {
    const [record] = await recordsOf([payload], fragments4(between({}, udp(ports, new Uint8Array(92))), 40).map((each) => ethernet({}, each)))
    expect(record).toMatchObject({ pay_oct_fwd: 92, pay_pkt_fwd: 3 })
  })
})

describe('ip', () => {
  it('has DF of the first packet and the options that were seen', async () => {
    const [record] = await recordsOf([ip], [
      segment(SYN, { ip: { df: true, options: hex('01 9404 0000 0703 04') } }), segment(ACK, { ip: { options: hex('9404 0000') } }), segment(SYN | ACK, { back: true }), error,
    ])
    expect(record).toMatchObject({ ip_df_fwd: true, ip_df_rev: false, ip_options_fwd: [0x94, 7], ip_options_rev: [], ip_flow_label_fwd: null, ip_fragments_fwd: 0 })
  })

  it('has the flow label and the extension headers of IPv6', async () => {
    const frame = (transport: Uint8Array) => ethernet({}, between({ six: true, ip: { flowLabel: 0x54321 } }, transport))
    const [record] = await recordsOf([ip], [frame(hopByHop({}, destinationOptions({}, udp(ports)))), frame(authentication({}, udp(ports))), frame(destinationOptions({}, udp(ports)))])
    expect(record).toMatchObject({ ip_flow_label_fwd: 0x54321, ip_flow_label_rev: null, ip_df_fwd: null, ip_extensions_fwd: [0, 60, 51], ip_options_fwd: [] })
  })

  it('counts fragments, in whatever order they come', async () => {
    const four = fragments4(between({}, udp(ports, new Uint8Array(92))), 40).map((each) => ethernet({}, each))
    const [record] = await recordsOf([ip], [four[1], four[0], four[2]])
    expect(record.ip_fragments_fwd).toBe(3)
    const six = fragments6(between({ six: true }, udp(ports, new Uint8Array(92))), 40, 7).map((each) => ethernet({}, each))
    const [other] = await recordsOf([ip], [six[2], six[0], six[1]])
    expect(other).toMatchObject({ ip_fragments_fwd: 3, ip_extensions_fwd: [44] })
  })

  it.each(['0700', '0701', '070c 00', '07', '00 9404 0000'])('options %s end the list', async (text) => {
    const [record] = await recordsOf([ip], [datagram({ ip: { options: hex(text) } })])
    expect(record.ip_options_fwd.length).toBeLessThanOrEqual(1)
  })

  it('no options make it throw', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), fc.nat(60), async (options, cut) => {
      const frame = ethernet({}, ipv4({ source: CLIENT, destination: '192.0.2.9', options, protocol: 99 }))
      await recordsOf([ip], [{ frame: frame.subarray(0, Math.max(frame.length - cut, 34)), wireLength: frame.length }])
    }), { numRuns: 50 })
  })
})

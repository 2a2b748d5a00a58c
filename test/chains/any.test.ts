import fc from 'fast-check'
import { expect, it } from 'vitest'

import { builtinChains } from '../../src/index.ts'
import { destinationOptions, ethernet, hopByHop, icmp4, icmp4Error, icmp6, icmp6Error, recordsOf, sctp, tcp, udp } from '../../src/testing/build.ts'
import { between } from './frames.ts'

const ports = { sourcePort: 1024, destinationPort: 53 }, back = { sourcePort: 53, destinationPort: 1024 }

const packet = fc.record({
  kind: fc.constantFrom('tcp', 'tcp', 'tcp', 'udp', 'icmp', 'error', 'sctp', 'none'),
  six: fc.boolean(),
  isBack: fc.boolean(),
  octets: fc.uint8Array({ maxLength: 60 }),
  options: fc.uint8Array({ maxLength: 40 }),
  flags: fc.nat(0xfff),
  dataOffset: fc.oneof(fc.constant(undefined), fc.nat(15)),
  sequenceNumber: fc.nat(0xffffffff),
  window: fc.nat(0xffff),
  type: fc.nat(255),
  cut: fc.oneof(fc.constant(0), fc.nat(80)),
  time: fc.integer({ min: 0, max: 40_000 }),
})
type Any = typeof packet extends fc.Arbitrary<infer T> ? T : never

function transport({ kind, six, isBack, octets, options, flags, dataOffset, sequenceNumber, window, type }: Any): Uint8Array {
  const around = isBack ? back : ports
  switch (kind) {
    case 'tcp': return tcp({ ...around, options, flags, sequenceNumber, window, ...(dataOffset !== undefined && { dataOffset }) }, octets)
    case 'udp': return udp(around, octets)
    case 'icmp': return six ? icmp6({ type }, octets) : icmp4({ type }, octets)
    case 'error': return six ? icmp6Error({ type: type % 5 }, between({ six }, tcp(ports, octets))) : icmp4Error({ type: type % 13 }, between({}, tcp(ports, octets)))
    case 'sctp': return sctp(around, octets)
    default: return octets
  }
}

function frame(each: Any): { frame: Uint8Array; time: number; wireLength: number } {
  const upper = transport(each)
  const behind = each.six && each.type % 4 === 0 ? hopByHop({}, destinationOptions({}, upper)) : upper
  const whole = ethernet({}, between({ six: each.six, back: each.isBack, ip: { typeOfService: each.type, ...(!each.six && each.window % 3 === 0 && { options: each.options.subarray(0, 36) }) } }, behind))
  return { frame: whole.subarray(0, Math.max(whole.length - each.cut, 14)), time: each.time / 1000, wireLength: whole.length }
}

it('no packet makes a chain throw, and what they count is what basic counts', async () => {
  await fc.assert(fc.asyncProperty(fc.array(packet, { maxLength: 30 }), async (packets) => {
    const records = (await recordsOf([...builtinChains.values()], packets.map(frame))) as unknown as Record<string, number & readonly number[]>[]
    for (const record of records) {
      for (const side of ['fwd', 'rev']) {
        const sum = (name: string) => record[`${name}_${side}`].reduce((total, count) => total + count, 0)
        expect(sum('size_hist')).toBeLessThanOrEqual(record[`pkt_${side}`])
        expect(sum('iat_hist')).toBe(Math.max(sum('size_hist') - 1, 0))
        expect(record[`pay_oct_${side}`]).toBeLessThanOrEqual(record[`oct_${side}`])
        expect(record[`tcp_pkt_ack_${side}`]).toBeLessThanOrEqual(record[`pkt_${side}`])
        expect(record[`size_mean_${side}`] === null).toBe(sum('size_hist') === 0)
      }
      expect(record['splt_len'].length).toBe(record['splt_time'].length)
      expect(record['community_id']).toMatch(/^1:[\w+/]{27}=$/)
    }
  }), { numRuns: 150 })
}, 60_000)

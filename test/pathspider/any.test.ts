import fc from 'fast-check'
import { expect, it } from 'vitest'

import { MemorySource } from '../../src/index.ts'
import {
  ACK, dccp, destinationOptions, ethernet, FIN, fragments4, fragments6, hex, icmp4, icmp4Error, icmp6, icmp6Error, ipv4, ipv6, RST, SYN, tcp, udp,
} from '../../src/testing/build.ts'
import { modelChains } from './chains.ts'
import { compare } from './compare.ts'
import { Model } from './model.ts'
import { COMPARED, observeWithWeir } from './weir.ts'

const EPOCH = 1_600_000_000

/** What packets are of; the more often, the likelier. */
const KINDS = [...Array<'tcp'>(8).fill('tcp'), 'udp', 'udp', 'extension', 'extension', 'dccp', 'echo', 'error', 'cutError', 'fragments', 'cut'] as const

/** A few hosts, ports and sequence numbers, so that flows meet again, and pauses around the timeouts. */
const step = fc.record({
  pause: fc.constantFrom(0, 0, 0, 0.25, 0.25, 1, 4.999999, 5, 5.000001, 25, 29.999999, 30, 30.000001, 70),
  version: fc.constantFrom<4 | 6>(4, 6),
  from: fc.constantFrom(1, 2),
  to: fc.constantFrom(1, 2),
  sourcePort: fc.constantFrom(1, 1, 2),
  destinationPort: fc.constantFrom(1, 1, 2),
  kind: fc.constantFrom(...KINDS),
  flags: fc.constantFrom(SYN, SYN | ACK, ACK, ACK, FIN | ACK, RST, 0),
  sequenceNumber: fc.constantFrom(0, 1),
  type: fc.nat(12),
  mark: fc.constantFrom(0, 0, 1, 2, 3, 0xb8),
  reserved: fc.boolean(),
  options: fc.oneof(fc.constantFrom('', '0204 05b4', '0204 05b4 0204 0218', '0205 0005b4', '0202', '0800', '2202', '2206 01020304', 'fe04 f989', 'fd08 f989 00000000', '0101 080a 0000000100000000 0402 030307', '0300', '02'), fc.uint8Array({ maxLength: 40 })),
  payload: fc.constantFrom('', '', '00', '000c 000080000000000000000000', '000080000000000000000000'),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function frames(steps: readonly Step[]) {
  let microseconds = 0
  return steps.flatMap((each, i) => {
    microseconds += Math.round(each.pause * 1e6)
    const seconds = EPOCH + Math.floor(microseconds / 1e6)
    const rest = microseconds % 1e6
    return packets(each, i).map((ip) => {
      const whole = ethernet({}, ip)
      const bytes = each.kind === 'cut' ? whole.subarray(0, 20 + each.type * 4) : whole
      return { bytes, wireLength: whole.length, time: seconds + rest / 1e6, seconds, nanoseconds: rest * 1000, linkType: 1 }
    })
  })
}

function packets(each: Step, identification: number): Uint8Array[] {
  const { version, from, to, flags, sequenceNumber, type } = each
  const ports = { sourcePort: each.sourcePort, destinationPort: each.destinationPort }
  const ip = (payload: Uint8Array, [a, b]: readonly number[] = [from, to]) =>
    version === 4
      ? ipv4({ source: `10.0.0.${a}`, destination: `10.0.0.${b}`, identification, typeOfService: each.mark, reserved: each.reserved }, payload)
      : ipv6({ source: `2001:db8::${a}`, destination: `2001:db8::${b}`, trafficClass: each.mark }, payload)
  const data = new Uint8Array(64)
  switch (each.kind) {
    case 'udp': return [ip(udp({ ...ports, ...(each.reserved && { checksum: 0 }) }, each.payload === '' ? data : hex(each.payload)))]
    case 'dccp': return [ip(dccp(ports))]
    case 'echo': return [ip(version === 4 ? icmp4({ type: 8 }) : icmp6({ type: 128 }))]
    case 'error': return [ip(version === 4 ? icmp4Error({ type }, ip(tcp({ ...ports, flags }))) : icmp6Error({ type: type % 5 }, ip(tcp({ ...ports, flags }))), [3, from])]
    case 'cutError': return [ip(version === 4 ? icmp4Error({ type }, ip(udp(ports)), 16 + type) : icmp6Error({ type: type % 5 }, ip(udp(ports)), 36 + type), [3, from])]
    case 'fragments': return version === 4 ? fragments4(ip(udp(ports, data)), 24) : fragments6(ip(udp(ports, data)), 24, identification)
    case 'extension': return version === 4 ? [ip(udp(ports))] : [ip(destinationOptions({}, each.reserved ? tcp({ ...ports, flags }) : udp(ports)))]
    default: return [ip(tcp({ ...ports, flags, sequenceNumber, options: typeof each.options === 'string' ? hex(each.options) : each.options }, hex(each.payload)))]
  }
}

const fields = ['first', 'last', ...COMPARED.flatMap((name) => Object.keys(modelChains[name].initial))]

it('the model without rules gives what weir gives, whatever the packets', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: '+1' }), async (steps) => {
      const all = frames(steps)
      const { records: ours, ...ourCounts } = new Model('head', COMPARED, () => false).observe(all)
      const { records, ...counts } = await observeWithWeir(new MemorySource(all), COMPARED)
      const { onlyLeft: onlyModel, onlyRight: onlyWeir } = compare(ours, records, fields)
      expect({ onlyModel, onlyWeir, ...ourCounts }).toEqual({ onlyModel: [], onlyWeir: [], ...counts })
    }),
    { numRuns: 300 },
  )
}, 60_000)

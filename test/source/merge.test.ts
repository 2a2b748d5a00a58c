import fc from 'fast-check'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

import { basic, id, observe } from '../../src/index.ts'
import { openAll } from '../../src/source/sequence.ts'
import { ethernet, ipv4, udp } from '../../src/testing/build.ts'
import { NANOSECONDS, pcap } from './build-pcap.ts'
import { Section } from './build-pcapng.ts'
import { drain } from './drain.ts'
import { concat, frame } from './octets.ts'

interface Stamp {
  readonly seconds: number
  readonly fraction: number
}

const captureOf = (source: number, stamps: readonly Stamp[]): Uint8Array => pcap({ magic: NANOSECONDS }, ...stamps.map((stamp, i) => ({ ...stamp, frame: Uint8Array.of(source, i) })))
const merged = async (captures: readonly Uint8Array[], chunkSize?: number) => drain(await openAll(captures, { merge: true, ...(chunkSize !== undefined && { chunkSize }) }))

describe('--merge', () => {
  const stamp = fc.record({ seconds: fc.nat(3), fraction: fc.nat(2) })
  const ordered = fc.array(stamp, { maxLength: 20 }).map(stamps => stamps.toSorted((a, b) => a.seconds - b.seconds || a.fraction - b.fraction))

  it('orders packets by time, and those of one time by source', async () => {
    await fc.assert(fc.asyncProperty(fc.array(ordered, { minLength: 1, maxLength: 5 }), fc.constantFrom(1, 40, 4096), async (sources, chunkSize) => {
      const all = sources.flatMap((stamps, source) => stamps.map((each, i) => ({ ...each, source, i })))
      const expected = all.toSorted((a, b) => a.seconds - b.seconds || a.fraction - b.fraction || a.source - b.source || a.i - b.i)
      const packets = await merged(sources.map((stamps, source) => captureOf(source, stamps)), chunkSize)
      expect(packets.map(({ frame: octets, time }) => [...octets, time])).toEqual(expected.map(({ source, i, seconds, fraction }) => [source, i, `${seconds}.${String(fraction).padStart(9, '0')}`]))
    }), { numRuns: 200 })
  })

  it('keeps the order within a source, whatever its times', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.array(stamp, { maxLength: 20 }), { minLength: 2, maxLength: 4 }), async sources => {
      const packets = await merged(sources.map((stamps, source) => captureOf(source, stamps)))
      for (const [source, stamps] of sources.entries()) {
        expect(packets.filter(({ frame: octets }) => octets[0] === source).map(({ frame: octets }) => octets[1])).toEqual(stamps.map((_, i) => i))
      }
    }))
  })

  it('packets without a time come right behind the one before them', async () => {
    const section = new Section()
    const ng = concat(section.header(), section.interface(), section.simplePacket(frame(4, 10)), section.packet(frame(4, 20), { stamp: 5_000_000n }), section.simplePacket(frame(4, 30)))
    const packets = await merged([captureOf(1, [{ seconds: 1, fraction: 0 }, { seconds: 5, fraction: 0 }, { seconds: 6, fraction: 0 }]), ng])
    expect(packets.map(({ frame: [first], time }) => [first, time])).toEqual([[10, null], [1, '1.000000000'], [1, '5.000000000'], [20, '5.000000000'], [30, null], [1, '6.000000000']])
  })

  it('a source that ends early stops no other, and shows', async () => {
    const source = await openAll([captureOf(1, [{ seconds: 1, fraction: 0 }, { seconds: 2, fraction: 0 }]).subarray(0, 45), gzipSync(captureOf(2, [{ seconds: 0, fraction: 0 }, { seconds: 3, fraction: 0 }]))], { merge: true })
    expect((await drain(source)).map(({ frame: [first] }) => first)).toEqual([2, 1, 2])
    expect(source).toMatchObject({ fault: { code: 'WEIR_CAPTURE_CUT' }, name: 'memory, memory' })
    await source.close()
    await source.close()
    expect(await source.refill()).toBe(false)
  })

  it('a flow is of the source that its first packet came from', async () => {
    const packet = (port: number): Uint8Array => ethernet({}, ipv4({ source: '192.0.2.1', destination: '192.0.2.2' }, udp({ sourcePort: port, destinationPort: 9 })))
    const [first, second] = [[1, 4], [2, 3]].map(ports => pcap({}, ...ports.map(port => ({ seconds: port, frame: packet(port) })), ...ports.map(port => ({ seconds: 10, frame: packet(5 - port) }))))
    const directory = mkdtempSync(join(tmpdir(), 'weir-merge-'))
    try {
      const paths = [join(directory, 'first'), join(directory, 'second')]
      writeFileSync(paths[0], first)
      writeFileSync(paths[1], second)
      const sources = []
      for await (const { sp, source } of observe(paths, { chains: [basic, id], merge: true })) sources.push([sp, source])
      expect(sources).toEqual([[1, paths[0]], [2, paths[1]], [3, paths[1]], [4, paths[0]]])
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  it('makes one observation of two that saw a direction each', async () => {
    const packet = (rev: boolean): Uint8Array => ethernet({}, ipv4(rev ? { source: '192.0.2.2', destination: '192.0.2.1' } : { source: '192.0.2.1', destination: '192.0.2.2' }, udp(rev ? { sourcePort: 2, destinationPort: 1 } : { sourcePort: 1, destinationPort: 2 })))
    const [up, down] = [false, true].map(rev => pcap({}, ...Array.from({ length: 100 }, (_, i) => ({ seconds: 10 * i + (rev ? 1 : 0), frame: packet(rev) }))))
    const records = []
    for await (const record of observe([down, up], { chains: [basic, id], merge: true })) records.push(record)
    expect(records).toMatchObject([{ sip: '192.0.2.1', pkt_fwd: 100, pkt_rev: 100, duration: 991 }])
  })
})

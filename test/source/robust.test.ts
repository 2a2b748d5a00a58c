import fc from 'fast-check'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

import { WeirError } from '../../src/errors.ts'
import { MICROSECONDS, NANOSECONDS, pcap, pcapHeader } from './build-pcap.ts'
import { Section } from './build-pcapng.ts'
import { read } from './drain.ts'
import { concat, frame } from './octets.ts'

const lengths = fc.array(fc.nat(60), { maxLength: 12 })

const anyPcap = fc
  .tuple(fc.boolean(), fc.constantFrom(MICROSECONDS, NANOSECONDS), lengths)
  .map(([little, magic, frames]) => pcap({ little, magic }, ...frames.map((octets, i) => ({ seconds: i, fraction: i, frame: frame(octets) }))))

const anyPcapng = fc.tuple(fc.boolean(), lengths).map(([little, frames]) => {
  const section = new Section(little)
  const blocks = frames.map((octets, i) => {
    switch (octets % 5) {
      case 0:
        return section.simplePacket(frame(octets))
      case 1:
        return section.obsoletePacket(frame(octets), { stamp: BigInt(i), dropped: i })
      case 2:
        return concat(section.resolution(i), section.statistics(0, [[5, section.u64(1n)]]))
      default:
        return section.packet(frame(octets), { stamp: BigInt(i), options: [[4, section.u64(BigInt(i))]] })
    }
  })
  return concat(section.header(), section.interface(), ...blocks)
})

const anyCapture = fc.oneof(anyPcap, anyPcapng)

/** Some octets changed; some taken out, or others put in. */
const mutations = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(0, 0xff, 0x7f, 0x80)), fc.nat(9)), { minLength: 1, maxLength: 8 })

function mutate(capture: Uint8Array, changes: readonly (readonly [number, number, number])[]): Uint8Array {
  const octets = [...capture]
  for (const [where, value, how] of changes) {
    const at = where % (octets.length + 1)
    octets.splice(at, how === 0 ? 0 : 1, ...(how === 1 ? [] : [value]))
  }
  return Uint8Array.from(octets)
}

/** A source opens or says why not; then it ends, whole or with a fault. That its frames lie in its buffers, `read` sees to. */
async function survives(capture: Uint8Array, chunkSize: number): Promise<void> {
  try {
    await read(capture, { chunkSize })
  } catch (error) {
    expect(error).toBeInstanceOf(WeirError)
  }
}

const chunk = fc.constantFrom(1, 7, 64, 4 << 20)

describe('no octets make a source throw, hang, or point outside of its buffer', () => {
  it('random ones', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), chunk, survives))
  })

  it('random ones behind a header', async () => {
    const headers = [true, false].flatMap(little => {
      const section = new Section(little)
      return [pcapHeader({ little }), concat(section.header(), section.interface())]
    })
    await fc.assert(fc.asyncProperty(fc.constantFrom(...headers), fc.uint8Array({ maxLength: 300 }), chunk, (header, octets, size) => survives(concat(header, octets), size)), {
      numRuns: 300,
    })
  })

  it('captures with octets changed', async () => {
    await fc.assert(fc.asyncProperty(anyCapture, mutations, chunk, (capture, changes, size) => survives(mutate(capture, changes), size)), { numRuns: 1000 })
  })

  it('compressed captures with octets changed', async () => {
    await fc.assert(fc.asyncProperty(anyCapture, mutations, chunk, (capture, changes, size) => survives(mutate(gzipSync(capture), changes), size)), { numRuns: 300 })
  })
})

describe('the same packets come', () => {
  it('at any chunk size', async () => {
    await fc.assert(
      fc.asyncProperty(anyCapture, mutations, fc.boolean(), fc.integer({ min: 1, max: 300 }), async (capture, changes, mutated, chunkSize) => {
        const octets = mutated ? mutate(capture, changes) : capture
        const whole = await read(octets).catch(() => null)
        if (whole === null) return
        const { packets, source } = await read(octets, { chunkSize })
        expect(packets).toEqual(whole.packets)
        expect(source.fault?.message).toBe(whole.source.fault?.message)
        expect(source.dropped).toBe(whole.source.dropped)
      }),
      { numRuns: 300 },
    )
  })

  it('from a compressed capture', async () => {
    await fc.assert(
      fc.asyncProperty(anyCapture, fc.integer({ min: 1, max: 300 }), async (capture, chunkSize) => {
        expect((await read(gzipSync(capture), { chunkSize })).packets).toEqual((await read(capture)).packets)
      }),
    )
  })

  it('from a capture that is cut: the first of them, and a fault unless the cut is between two', async () => {
    await fc.assert(
      fc.asyncProperty(anyCapture, fc.nat(), async (capture, at) => {
        const length = Math.max(at % (capture.length + 1), 28)
        const whole = await read(capture)
        const cut = await read(capture.subarray(0, length)).catch(() => null)
        if (cut === null) return
        expect(cut.packets).toEqual(whole.packets.slice(0, cut.packets.length))
        if (cut.fault !== null) expect(cut.fault).toBe('WEIR_CAPTURE_CUT')
      }),
    )
  })
})

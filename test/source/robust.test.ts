import fc from 'fast-check'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

import { WeirError } from '../../src/errors.ts'
import { schemeOf } from '../../src/source/schemes.ts'
import { MICROSECONDS, NANOSECONDS, pcap, pcapHeader } from './build-pcap.ts'
import { Section } from './build-pcapng.ts'
import { erf, snoopHeader, snoopRecord, tsh } from './build-records.ts'
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

const anyErf = lengths.map(frames => concat(erf(frame(60)), ...frames.map(octets => {
  const extensions = octets % 3 === 0 ? [frame(8), frame(8, 9)] : []
  return erf(frame(octets), { type: [1, 2, 22, 27, 48, 21][octets % 6], fraction: octets, lost: octets, extensions, padding: octets % 8, before: frame(octets % 6 === 1 ? 2 : 0) })
})))

const anySnoop = lengths.map(frames => concat(snoopHeader(), ...frames.map((octets, i) => snoopRecord(frame(octets), { seconds: i, microseconds: i, drops: i, wire: 2 * octets }))))

const anyCapture = fc.oneof(anyPcap, anyPcapng, anyErf, anySnoop)

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
async function survives(capture: Uint8Array, chunkSize: number, tools = true): Promise<void> {
  try {
    await read(capture, { chunkSize, tools })
  } catch (error) {
    expect(error).toBeInstanceOf(WeirError)
  }
}

const LZ4_HEX = [
  '04224d186440a77900000086d4c3b2a1020004000100360400010d002300280400f4190102030405060708090a0b0c0d0e0f10111213141516171819', 
  '1a1b1c1d1e1f2021222324252627283c000f38001d130274000f38001d1f0338002404f2000f70001d1f057000241f063800241f073800241f083800', 
  '241f0938001f5024252627280000000014aaaf23',
].join('')
/** A pcap capture of ten frames, as `lz4 -BD` writes it. */
const LZ4 = Uint8Array.from(Buffer.from(LZ4_HEX, 'hex'))

const chunk = fc.constantFrom(1, 7, 64, 4 << 20)

describe('no octets make a source throw, hang, or point outside of its buffer', () => {
  it('random ones', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), chunk, (octets, size) => survives(octets, size)))
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

  it('TSH, which nothing tells', async () => {
    const scheme = schemeOf('tsh')!
    await fc.assert(fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(3), chunk, async (octets, records, chunkSize) => {
      await read(concat(...Array.from({ length: records }, () => tsh(frame(36, 0x45))), octets), { chunkSize, scheme })
    }))
  })

  it('what is compressed with lz4, with octets changed', async () => {
    await fc.assert(fc.asyncProperty(mutations, chunk, (changes, size) => survives(mutate(LZ4, changes), size, false)), { numRuns: 500 })
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

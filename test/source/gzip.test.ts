import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'

import { openReader } from '../../src/source/open.ts'
import { StreamReader } from '../../src/source/stream-reader.ts'
import { pcap, pcapHeader, pcapRecord } from './build-pcap.ts'
import { drain, read } from './drain.ts'
import { concat, frame, noise } from './octets.ts'

const record = (i: number): Uint8Array => pcapRecord({}, { seconds: i, frame: frame(20 + (i % 50), i) })
const records = Array.from({ length: 200 }, (_, i) => record(i))
const plain = concat(pcapHeader(), ...records)
const whole = await read(plain)

describe('gzip', () => {
  it('is told by its first octets, and reads as the capture within', async () => {
    expect(await read(gzipSync(plain))).toMatchObject({ packets: whole.packets, fault: null })
  })

  it('may have several members, cut anywhere', async () => {
    for (const at of [1, 23, 24, 500, plain.length]) {
      const { packets, fault } = await read(concat(gzipSync(plain.subarray(0, at)), gzipSync(plain.subarray(at))))
      expect(packets).toEqual(whole.packets)
      expect(fault).toBeNull()
    }
  })

  it.each([1, 511, 100_000])('may be padded with %d zeros', async zeros => {
    expect(await read(concat(gzipSync(plain), new Uint8Array(zeros)))).toMatchObject({ packets: whole.packets, fault: null })
  })

  it('followed by something else: all of it is read, then the fault', async () => {
    const { packets, source } = await read(concat(gzipSync(plain), frame(40)))
    expect(packets).toEqual(whole.packets)
    expect(source.fault).toMatchObject({ code: 'WEIR_CAPTURE_CORRUPT', offset: plain.length })
  })

  it('may become a thousand times as large: zlib waits for what it gave to be read', async () => {
    const large = pcap({}, ...Array.from({ length: 50 }, (_, i) => ({ seconds: i, frame: new Uint8Array(200_000).fill(i) })))
    const stored = gzipSync(large)
    expect(large.length / stored.length).toBeGreaterThan(500)
    const { packets, fault } = await read(concat(stored, frame(40)))
    expect(packets.map(({ time, frame: octets }) => [time, octets.length, octets[199_999]])).toEqual(Array.from({ length: 50 }, (_, i) => [`${i}.000000000`, 200_000, i]))
    expect(fault).toBe('WEIR_CAPTURE_CORRUPT')
  })

  it('within gzip is refused', async () => {
    await expect(read(gzipSync(gzipSync(plain)))).rejects.toMatchObject({ code: 'WEIR_SOURCE_FORMAT' })
  })

  it('with nothing within is empty', async () => {
    await expect(read(gzipSync(''))).rejects.toMatchObject({ code: 'WEIR_SOURCE_FORMAT', message: 'memory: is empty' })
  })

  it('that is cut before the capture begins cannot be opened', async () => {
    await expect(read(gzipSync(plain).subarray(0, 15))).rejects.toMatchObject({ code: 'WEIR_SOURCE_FORMAT' })
  })

  it('counts its position in octets as they are stored', async () => {
    const stored = gzipSync(plain)
    const { source } = await read(stored)
    expect(source.size).toBe(stored.length)
    expect(source.position).toBe(stored.length)
  })
})

describe('gzip that is cut', () => {
  it('gives the packets that were whole in what is left, and the fault', async () => {
    const stored = gzipSync(plain, { level: 0 })
    // Stored blocks, level 0: 10 octets of gzip header and 5 of the block's before the capture
    for (const length of [60, 100, 1000, stored.length - 9, stored.length - 1]) {
      const { packets, fault } = await read(stored.subarray(0, length))
      const within = Math.min(length - 15, plain.length)
      expect(packets).toEqual((await read(plain.subarray(0, within))).packets)
      expect(fault).toBe('WEIR_CAPTURE_CUT')
    }
  })

  it('at the end of a packet has a fault nevertheless', async () => {
    const { packets, fault } = await read(gzipSync(plain, { level: 0 }).subarray(0, 15 + 24 + records[0].length))
    expect(packets).toHaveLength(1)
    expect(fault).toBe('WEIR_CAPTURE_CUT')
  })
})

describe('gzip that is corrupt', () => {
  it('a wrong checksum comes after the last packet', async () => {
    const stored = gzipSync(plain)
    stored[stored.length - 8] ^= 1
    const { packets, source } = await read(stored)
    expect(packets).toEqual(whole.packets)
    expect(source.fault).toMatchObject({ code: 'WEIR_CAPTURE_CORRUPT', message: 'memory: gzip is corrupt: incorrect data check' })
  })

  it('gives every packet before the fault, whatever the sizes of the pieces', async () => {
    const members = [0, 1, 2].map(i => gzipSync(concat(...(i === 0 ? [pcapHeader()] : []), pcapRecord({}, { seconds: i, frame: noise(50_000) }))))
    members[2][0] ^= 1
    for (const broken of [concat(...members), concat(members[0], members[1], frame(9))]) {
      for (const chunkSize of [1000, 65_536, 4 << 20]) {
        const { packets, fault } = await read(broken, { chunkSize })
        expect(packets.map(packet => packet.time)).toEqual(['0.000000000', '1.000000000'])
        expect(fault).toBe('WEIR_CAPTURE_CORRUPT')
      }
    }
  })

  it('gives every packet before an invalid block', async () => {
    const good = gzipSync(plain, { level: 0 })
    // A block of type 3, which there is not (RFC 1951 section 3.2.3), in place of the checksum's first octet: after a block that is not the last
    const broken = concat(good.subarray(0, 10), [good[10] & 0xfe], good.subarray(11, good.length - 8), [0x07])
    const { packets, source } = await read(broken)
    expect(packets).toEqual(whole.packets)
    expect(source.fault).toMatchObject({ code: 'WEIR_CAPTURE_CORRUPT', offset: plain.length })
  })
})

describe('gzip from files and pipes', () => {
  const directory = mkdtempSync(join(tmpdir(), 'weir-gzip-'))
  afterAll(() => rmSync(directory, { recursive: true }))
  const big = pcap({}, ...Array.from({ length: 1000 }, (_, i) => ({ seconds: i, frame: noise(300, i) })))

  it('a corrupt file is read a second time to get at the last packets', async () => {
    const stored = concat(gzipSync(big), frame(100))
    expect(stored.length).toBeGreaterThan(3 * 65_536)
    const path = join(directory, 'corrupt')
    writeFileSync(path, stored)
    const { packets, fault } = await read(path)
    expect(packets).toHaveLength(1000)
    expect(packets.map(packet => packet.time)).toEqual(Array.from({ length: 1000 }, (_, i) => `${i}.000000000`))
    expect(fault).toBe('WEIR_CAPTURE_CORRUPT')
  })

  it('a corrupt pipe cannot: all but the packets of the last piece come', async () => {
    const stream = new PassThrough()
    const stored = concat(gzipSync(big), frame(100))
    for (let at = 0; at < stored.length; at += 10_000) stream.write(stored.subarray(at, at + 10_000))
    stream.end()
    const source = await openReader('-', new StreamReader('-', stream))
    const packets = await drain(source)
    expect(packets.length).toBeGreaterThan(700)
    expect(source.fault?.code).toBe('WEIR_CAPTURE_CORRUPT')
  })

  it('closing while octets are awaited ends the wait', async () => {
    const stream = new PassThrough()
    stream.write(gzipSync(pcapHeader()))
    const source = await openReader('-', new StreamReader('-', stream))
    const waiting = source.refill()
    await source.close()
    expect(await waiting).toBe(false)
    await source.close()
  })
})

import { describe, expect, it } from 'vitest'

import { schemeOf } from '../../src/source/schemes.ts'
import { ipv4, tcp } from '../../src/testing/build.ts'
import { snoopHeader, snoopRecord, tsh } from './build-records.ts'
import { read } from './drain.ts'
import { concat, frame } from './octets.ts'

describe('a snoop capture', () => {
  const whole = concat(snoopHeader(), snoopRecord(frame(60), { seconds: 4_000_000_000, microseconds: 999_999, drops: 2 }), snoopRecord(frame(41), { wire: 1514, drops: 7 }))

  it('has frames, times, and what was lost until then', async () => {
    const { packets, fault, source } = await read(whole)
    expect(packets).toMatchObject([{ frame: [...frame(60)], wire: 60, time: '4000000000.999999000', linkType: 1 }, { frame: [...frame(41)], wire: 1514, linkType: 1 }])
    expect([fault, source.dropped]).toEqual([null, 7])
  })

  it.each([[0, 1], [4, 1], [18, 228], [19, 229], [8, 0x10008], [2, 0x10002]])('of link type %i is of %i', async (type, linkType) => {
    expect((await read(concat(snoopHeader(type), snoopRecord(frame(4))))).packets[0].linkType).toBe(linkType)
  })

  it('of another version is refused', async () => {
    await expect(read(snoopHeader(4, 3))).rejects.toMatchObject({ code: 'WEIR_SOURCE_FORMAT', message: 'memory: snoop version 3 is not known; 2 is' })
  })

  it.each([['that is too long', { captured: 0x7fffffff }], ['shorter than its frame', { length: 60 }], ['with too much padding', { length: 0xffffffff }], ['with a million microseconds', { microseconds: 1_000_000 }]])('a record %s is corrupt', async (_, fields) => {
    const { packets, fault } = await read(concat(whole, snoopRecord(frame(60), fields), new Uint8Array(100)))
    expect([packets.length, fault]).toEqual([2, 'WEIR_CAPTURE_CORRUPT'])
  })

  it('that is cut gives what came before, and the fault', async () => {
    for (let length = 16; length <= whole.length; length++) {
      const { packets, fault } = await read(whole.subarray(0, length))
      expect(packets).toHaveLength(length < 100 ? 0 : length < whole.length ? 1 : 2)
      expect(fault).toBe([16, 100, whole.length].includes(length) ? null : 'WEIR_CAPTURE_CUT')
    }
  })

  it('shorter than its header is refused', async () => {
    await expect(read(whole.subarray(0, 15))).rejects.toMatchObject({ code: 'WEIR_SOURCE_FORMAT' })
  })
})

describe('a TSH capture', () => {
  const scheme = schemeOf('tsh')!
  const packet = ipv4({ source: '192.0.2.1', destination: '192.0.2.2' }, tcp({ sourcePort: 1, destinationPort: 2, flags: 2 }, new Uint8Array(100)))
  const whole = concat(tsh(packet, { seconds: 7, microseconds: 999_999 }), tsh(packet, { interface: 2 }), tsh(packet.subarray(0, 28)))

  it('has the first octets of IPv4 packets', async () => {
    const { packets, fault } = await read(whole, { scheme })
    expect(packets).toMatchObject([
      { frame: [...packet.subarray(0, 36)], wire: 140, time: '7.999999000', linkType: 228, interfaceId: 0 },
      { wire: 140, time: '1.000000000', interfaceId: 1 },
      { wire: 140, interfaceId: 0 },
    ])
    expect(fault).toBeNull()
  })

  it('left out the options that its headers tell of', async () => {
    const long = packet.slice()
    long[0] = 0x4f
    expect((await read(tsh(long), { scheme })).packets[0].frame[0]).toBe(0x45)
  })

  it('has frames no longer than their packets', async () => {
    const short = packet.slice(0, 24)
    short[3] = 24
    expect((await read(tsh(short), { scheme })).packets[0]).toMatchObject({ frame: [...short], wire: 24 })
  })

  it('is refused where its scheme does not tell', async () => {
    await expect(read(whole)).rejects.toMatchObject({ code: 'WEIR_SOURCE_FORMAT' })
  })

  it.each([['of IPv6', concat([0, 0, 0, 1, 0, 0, 0, 0, 0x60], new Uint8Array(35))], ['with a million microseconds', tsh(packet, { microseconds: 1_000_000 })]])('a record %s is corrupt', async (_, record) => {
    const { packets, fault } = await read(concat(whole, record), { scheme })
    expect([packets.length, fault]).toEqual([3, 'WEIR_CAPTURE_CORRUPT'])
  })

  it('that is cut gives what came before, and the fault', async () => {
    for (let length = 1; length <= whole.length; length++) {
      const { packets, fault } = await read(whole.subarray(0, length), { scheme })
      expect(packets).toHaveLength(Math.floor(length / 44))
      expect(fault).toBe(length % 44 === 0 ? null : 'WEIR_CAPTURE_CUT')
    }
  })
})

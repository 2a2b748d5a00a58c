import { describe, expect, it } from 'vitest'

import { nanoseconds } from '../../src/source/erf.ts'
import { schemeOf } from '../../src/source/schemes.ts'
import { erf, type ErfFields } from './build-records.ts'
import { read, type Seen } from './drain.ts'
import { concat, frame } from './octets.ts'

const one = async (octets: Uint8Array, fields: ErfFields): Promise<Seen> => {
  const { packets, fault } = await read(concat(erf(frame(60)), erf(octets, fields)))
  expect(fault).toBeNull()
  expect(packets).toHaveLength(2)
  return packets[1]
}

describe('an ERF record', () => {
  it.each<[string, ErfFields, number]>([
    ['HDLC of POS', { type: 1 }, 50],
    ['Ethernet', { type: 2 }, 1],
    ['an ATM cell', { type: 3, before: frame(4) }, 11],
    ['AAL5', { type: 4, before: frame(4) }, 11],
    ['multichannel HDLC', { type: 5, before: frame(4) }, 50],
    ['multichannel AAL5', { type: 9, before: frame(8) }, 11],
    ['coloured HDLC', { type: 10 }, 50],
    ['coloured Ethernet', { type: 11, before: frame(2) }, 1],
    ['coloured HDLC (DSM)', { type: 15 }, 50],
    ['coloured Ethernet (DSM)', { type: 16, before: frame(2) }, 1],
    ['coloured multichannel HDLC', { type: 17, before: frame(4) }, 50],
    ['coloured and hashed HDLC', { type: 19 }, 50],
    ['coloured and hashed Ethernet', { type: 20, before: frame(2) }, 1],
    ['IPv4', { type: 22 }, 228],
    ['IPv6', { type: 23 }, 229],
  ])('of %s', async (_, fields, linkType) => {
    expect(await one(frame(40, 7), fields)).toMatchObject({ frame: [...frame(40, 7)], wire: 40, linkType })
  })

  it('may have extension headers', async () => {
    for (const extensions of [[frame(8)], [frame(8, 3), frame(8, 5), frame(8, 9)]]) {
      expect(await one(frame(40, 7), { extensions })).toMatchObject({ frame: [...frame(40, 7)], linkType: 1 })
      expect(await one(frame(40, 7), { type: 22, extensions })).toMatchObject({ frame: [...frame(40, 7)], linkType: 228 })
    }
  })

  it('is padded: what was on the wire tells the frame', async () => {
    expect(await one(frame(41), { wire: 41, padding: 5 })).toMatchObject({ frame: [...frame(41)], wire: 41 })
    expect(await one(frame(41), { wire: 1500 })).toMatchObject({ frame: [...frame(41)], wire: 1500 })
  })

  it.each([[0, 0], [1, 0], [5, 1], [0x80000000, 500_000_000], [0xffffffff, 999_999_999], [0x12345678, 71_111_110]])('has a time in units of 2^-32 seconds: %i is %i ns', async (fraction, expected) => {
    expect(nanoseconds(fraction)).toBe(expected)
    expect(Number((BigInt(fraction) * 1_000_000_000n) >> 32n)).toBe(expected)
    expect((await one(frame(4), { seconds: 4_000_000_000, fraction })).time).toBe(`4000000000.${String(expected).padStart(9, '0')}`)
  })

  it('of a type that weir does not know keeps a link type that is not known', async () => {
    expect((await one(frame(4), { type: 21 })).linkType).toBe(197)
  })

  it('of metadata, and padding, are no packets', async () => {
    const { packets, fault } = await read(concat(erf(frame(4)), erf(frame(80), { type: 27, before: frame(0) }), erf(frame(0), { type: 48 }), erf(frame(5))))
    expect([packets.length, fault]).toEqual([2, null])
  })
})

describe('an ERF capture', () => {
  it('counts what was lost, where the counter is no colour', async () => {
    const { source } = await read(concat(erf(frame(4), { lost: 5 }), erf(frame(4), { type: 11, lost: 100 }), erf(frame(4), { lost: 3 })))
    expect(source.dropped).toBe(8)
  })

  it('has an interface a port', async () => {
    const { packets } = await read(concat(...[5, 4, 5, 7].map(flags => erf(frame(4), { flags }))))
    expect(packets.map(({ interfaceId }) => interfaceId)).toEqual([0, 1, 0, 2])
  })

  it('is refused where it is not known, but for its scheme', async () => {
    const early = erf(frame(4), { seconds: 1000 })
    await expect(read(early)).rejects.toMatchObject({ code: 'WEIR_SOURCE_FORMAT' })
    expect((await read(early, { scheme: schemeOf('erf')! })).packets).toHaveLength(1)
  })

  it.each([['shorter than its header', { length: 15 }], ['that ends within its extensions', { extensions: [frame(8)], length: 20 }], ['that ends before its padding', { length: 17 }]])('a record %s is corrupt', async (_, fields) => {
    const { packets, source } = await read(concat(erf(frame(60)), erf(frame(60), fields), erf(frame(60))))
    expect(packets).toHaveLength(1)
    expect(source.fault).toMatchObject({ code: 'WEIR_CAPTURE_CORRUPT', offset: 78 })
  })

  it('that is cut gives what came before, and the fault', async () => {
    const whole = concat(erf(frame(60)), erf(frame(30)))
    for (let length = 16; length <= whole.length; length++) {
      const { packets, fault } = await read(whole.subarray(0, length))
      expect(packets).toHaveLength(length < 78 ? 0 : length < whole.length ? 1 : 2)
      expect(fault).toBe(length === 78 || length === whole.length ? null : 'WEIR_CAPTURE_CUT')
    }
  })
})

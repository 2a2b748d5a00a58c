import { describe, expect, it } from 'vitest'

import { Section } from './build-pcapng.ts'
import { read } from './drain.ts'
import { concat, frame } from './octets.ts'

const NAME_RESOLUTION = 4
const DECRYPTION_SECRETS = 10
const CUSTOM = 0xbad

describe.each([true, false])('pcapng, little-endian: %s', little => {
  const section = new Section(little)
  const header = section.header()

  it('gives frames, lengths, link type and time', async () => {
    const { packets, fault } = await read(
      concat(header, section.interface({ linkType: 113 }), section.packet(frame(3), { stamp: 1_500_000_000_123_456n, wire: 60 }), section.packet(frame(4), { stamp: 1n })),
    )
    expect(packets).toEqual([
      { frame: [1, 2, 3], wire: 60, time: '1500000000.123456000', linkType: 113, interfaceId: 0 },
      { frame: [1, 2, 3, 4], wire: 4, time: '0.000001000', linkType: 113, interfaceId: 0 },
    ])
    expect(fault).toBeNull()
  })

  it('each interface has its link type, resolution and offset', async () => {
    const { packets } = await read(
      concat(
        header,
        section.interface({ linkType: 1 }),
        section.interface({ linkType: 101, options: [[2, Uint8Array.of(108, 111)], [9, Uint8Array.of(9)], [14, section.u64(100n)]] }),
        section.packet(frame(1), { id: 1, stamp: 5_000_000_007n }),
        section.packet(frame(1), { id: 0, stamp: 5_000_000n }),
      ),
    )
    expect(packets.map(({ time, linkType, interfaceId }) => [time, linkType, interfaceId])).toEqual([['105.000000007', 101, 1], ['5.000000000', 1, 0]])
  })

  it('an offset may be negative', async () => {
    const { packets } = await read(concat(header, section.resolution(6, -3n), section.packet(frame(1), { stamp: 5_000_000n }), section.packet(frame(1))))
    expect(packets.map(packet => packet.time)).toEqual(['2.000000000', null])
  })

  it('simple packets have no time, and are cut to the snaplen of the first interface', async () => {
    const { packets } = await read(
      concat(header, section.interface({ snapLength: 5, linkType: 12 }), section.interface(), section.simplePacket(frame(5), 70), section.simplePacket(frame(2))),
    )
    expect(packets).toEqual([
      { frame: [1, 2, 3, 4, 5], wire: 70, time: null, linkType: 12, interfaceId: 0 },
      { frame: [1, 2], wire: 2, time: null, linkType: 12, interfaceId: 0 },
    ])
  })

  it('reads obsolete packet blocks', async () => {
    const { packets } = await read(concat(header, section.interface(), section.interface(), section.obsoletePacket(frame(3), { id: 1, stamp: 2_000_000n, wire: 9 })))
    expect(packets).toEqual([{ frame: [1, 2, 3], wire: 9, time: '2.000000000', linkType: 1, interfaceId: 1 }])
  })

  it('skips blocks without a packet, whether it knows them or not', async () => {
    const others = [NAME_RESOLUTION, DECRYPTION_SECRETS, CUSTOM, 0x40000bad, 0x12345678].map(type => section.block(type, frame(7)))
    const { packets, fault } = await read(concat(header, ...others, section.interface(), ...others, section.packet(frame(1)), ...others))
    expect(packets).toHaveLength(1)
    expect(fault).toBeNull()
  })

  it('a length that lacks the padding is tolerated, with the padding and without', async () => {
    const body = section.octets().u32(0, 0, 0, 3, 3).bytes(frame(3)).done()
    const padded = section.block(6, body, 12 + body.length)
    const bare = section.octets().u32(6, 12 + body.length).bytes(body).u32(12 + body.length).done()
    const { packets, fault } = await read(concat(header, section.interface(), padded, bare, padded, bare))
    expect(packets.map(packet => packet.frame)).toEqual([[1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3]])
    expect(fault).toBeNull()
  })

  it('every cut gives the whole packets before it, and a fault', async () => {
    const blocks = [header, section.interface(), section.packet(frame(5)), section.block(CUSTOM, frame(3)), section.simplePacket(frame(2)), section.obsoletePacket(frame(1))]
    const whole = concat(...blocks)
    const ends = blocks.map((_, i) => blocks.slice(0, i + 1).reduce((sum, block) => sum + block.length, 0))
    const packetEnds = [2, 4, 5].map(i => ends[i])
    for (let length = header.length; length <= whole.length; length++) {
      const { packets, fault } = await read(whole.subarray(0, length))
      expect(packets, `of ${length} octets`).toHaveLength(packetEnds.filter(end => end <= length).length)
      expect(fault, `of ${length} octets`).toBe(ends.includes(length) ? null : 'WEIR_CAPTURE_CUT')
    }
  })

  describe('is corrupt', () => {
    const described = concat(header, section.interface(), section.packet(frame(4)))
    it.each([
      ['says it has 8 octets', section.block(CUSTOM, frame(0), 8)],
      ['says it has 16777220 octets', section.block(CUSTOM, frame(0), 16777220)],
      ['does not end with its length', section.block(CUSTOM, frame(4)).fill(0, -4)],
      ['has a packet of interface 1, which is not described', section.packet(frame(4), { id: 1 })],
      ['has a packet of interface 7, which is not described', section.obsoletePacket(frame(4), { id: 7 })],
      ['has 4 octets for a frame of 5', section.packet(frame(4), { captured: 5 })],
      ['has 4 octets for a frame of 4294967295', section.obsoletePacket(frame(4), { captured: 0xffffffff })],
      ['has 4 octets for a frame of 80', section.simplePacket(frame(4), 80)],
      ['is too short', section.block(6, frame(16))],
      ['is too short', section.block(3, frame(0))],
      ['is too short', section.block(1, frame(4))],
      ['is of version 2; 1 is known', section.header([2, 0])],
      ['is no section header', section.header().fill(0, 8, 12)],
    ])('a block that %s', async (what, block) => {
      const { packets, source } = await read(concat(described, block, section.packet(frame(4))))
      expect(packets).toHaveLength(1)
      expect(source.fault).toMatchObject({ code: 'WEIR_CAPTURE_CORRUPT', offset: described.length, message: `memory: the block at octet ${described.length} ${what}` })
    })

    it('a packet before any interface', async () => {
      expect((await read(concat(header, section.simplePacket(frame(4))))).fault).toBe('WEIR_CAPTURE_CORRUPT')
    })
  })

  describe('dropped', () => {
    const drops = (octets: bigint): [number, Uint8Array] => [4, section.u64(octets)]

    it('is null where no block tells', async () => {
      const { source } = await read(concat(header, section.interface(), section.packet(frame(1)), section.obsoletePacket(frame(1)), section.statistics(0, [])))
      expect(source.dropped).toBeNull()
    })

    it('is what the last statistics of each interface tell: lost by interface and system', async () => {
      const { source } = await read(
        concat(
          header, section.interface(), section.interface(), section.packet(frame(1), { options: [drops(99n)] }),
          section.statistics(0, [[5, section.u64(1n)], [7, section.u64(2n)]]), section.statistics(0, [[5, section.u64(10n)], [7, section.u64(20n)]]),
          section.statistics(1, [[7, section.u64(2n ** 33n)]]), section.statistics(5, [[5, section.u64(7n)]]),
        ),
      )
      expect(source.dropped).toBe(30 + 2 ** 33)
    })

    it('is the sum of what packets tell where there are no statistics', async () => {
      const { source } = await read(
        concat(
          header, section.interface(), section.packet(frame(3), { options: [[2, frame(4)], drops(3n)] }), section.packet(frame(1), { options: [drops(4n)] }),
          section.obsoletePacket(frame(1), { dropped: 5 }),
        ),
      )
      expect(source.dropped).toBe(12)
    })

    it('counts all sections', async () => {
      const one = concat(header, section.interface(), section.statistics(0, [[5, section.u64(2n)]]))
      expect((await read(concat(one, one, one))).source.dropped).toBe(6)
    })
  })
})

it('sections may differ in byte order, and each numbers its interfaces anew', async () => {
  const little = new Section(true)
  const big = new Section(false)
  const { packets, fault } = await read(
    concat(
      little.header(), little.interface({ linkType: 1 }), little.packet(frame(1), { stamp: 1_000_000n }),
      big.header(), big.interface({ linkType: 101 }), big.resolution(9), big.packet(frame(2), { stamp: 2_000_000n }), big.packet(frame(2), { id: 1, stamp: 2n }),
      little.header(), little.interface({ linkType: 12 }), little.packet(frame(3), { stamp: 3_000_000n }),
    ),
  )
  expect(packets.map(({ time, linkType, interfaceId }) => [time, linkType, interfaceId])).toEqual([
    ['1.000000000', 1, 0], ['2.000000000', 101, 1], ['0.000000002', 1, 2], ['3.000000000', 12, 3],
  ])
  expect(fault).toBeNull()
})

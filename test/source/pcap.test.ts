import { describe, expect, it } from 'vitest'

import { KUZNETZOV, MICROSECONDS, NANOSECONDS, pcap, pcapHeader, type PcapOptions } from './build-pcap.ts'
import { read } from './drain.ts'
import { concat, frame } from './octets.ts'

describe.each([true, false])('pcap, little-endian: %s', little => {
  it('gives frames, lengths, link type and microseconds', async () => {
    const { packets, fault } = await read(
      pcap({ little, linkType: 113 }, { seconds: 1_500_000_000, fraction: 123_456, frame: frame(3), wire: 60 }, { seconds: 4_294_967_295, frame: frame(2, 9) }),
    )
    expect(packets).toEqual([
      { frame: [1, 2, 3], wire: 60, time: '1500000000.123456000', linkType: 113, interfaceId: 0 },
      { frame: [9, 10], wire: 2, time: '4294967295.000000000', linkType: 113, interfaceId: 0 },
    ])
    expect(fault).toBeNull()
  })

  it('gives nanoseconds', async () => {
    const { packets } = await read(pcap({ little, magic: NANOSECONDS }, { seconds: 7, fraction: 999_999_999, frame: frame(1) }))
    expect(packets[0].time).toBe('7.999999999')
  })

  it("reads Kuznetzov's longer record headers", async () => {
    const { packets } = await read(pcap({ little, magic: KUZNETZOV }, { seconds: 1, frame: frame(5) }, { seconds: 2, frame: frame(4) }))
    expect(packets.map(({ frame, time }) => [frame.length, time])).toEqual([[5, '1.000000000'], [4, '2.000000000']])
  })

  it('ignores the FCS length and the reserved bits beside the link type', async () => {
    expect((await read(pcap({ little, linkType: 0xf7ff0065 }, { frame: frame(1) }))).packets[0].linkType).toBe(101)
  })

  it('carries a microsecond field of a second or more into the seconds', async () => {
    const { packets } = await read(pcap({ little }, { seconds: 10, fraction: 1_500_000, frame: frame(1) }, { seconds: 10, fraction: 4_294_967_295, frame: frame(1) }))
    expect(packets.map(packet => packet.time)).toEqual(['11.500000000', '4304.967295000'])
  })

  it('has no time for a packet that such a carry moves past 2106', async () => {
    const { packets } = await read(pcap({ little }, { seconds: 0xffffffff, fraction: 1_000_000, frame: frame(1) }))
    expect(packets[0].time).toBeNull()
  })
})

describe('frames', () => {
  it('may be empty, and longer than they were on the wire', async () => {
    const { packets, fault } = await read(pcap({}, { frame: frame(0), wire: 60 }, { frame: frame(8), wire: 4 }))
    expect(packets.map(({ frame, wire }) => [frame.length, wire])).toEqual([[0, 60], [8, 4]])
    expect(fault).toBeNull()
  })

  it.each([0, 96, 65535])('may have 262144 octets, though the snaplen is %d', async snapLength => {
    const { packets, fault } = await read(pcap({ snapLength }, { frame: new Uint8Array(262144) }, { frame: frame(1) }))
    expect(packets.map(packet => packet.frame.length)).toEqual([262144, 1])
    expect(fault).toBeNull()
  })

  it('may be longer where the snaplen is', async () => {
    const { packets } = await read(pcap({ snapLength: 300_000 }, { frame: new Uint8Array(300_000) }), { chunkSize: 1000 })
    expect(packets[0].frame.length).toBe(300_000)
  })

  it.each([262145, 0xffffffff])('a length of %d octets is corrupt, and what came before it is read', async captured => {
    const { packets, source } = await read(pcap({}, { frame: frame(4) }, { frame: frame(4), captured }, { frame: frame(4) }))
    expect(packets).toHaveLength(1)
    expect(source.fault).toMatchObject({ code: 'WEIR_CAPTURE_CORRUPT', offset: 24 + 16 + 4 })
    expect(source.fault?.message).toBe(`memory: the record at octet 44 says it has ${captured} octets; 262144 is the most`)
  })

  it('a snaplen of 2 GiB does not make a corrupt length ask for 2 GiB', async () => {
    expect((await read(pcap({ snapLength: 0x7fffffff }, { frame: frame(4), captured: 0x7ffffff0 }))).fault).toBe('WEIR_CAPTURE_CORRUPT')
  })
})

describe('old versions', () => {
  const lengths = async (version: PcapOptions['version'], captured: number, wire: number) =>
    (await read(pcap({ ...(version && { version }) }, { frame: frame(4), captured, wire }))).packets.map(({ frame, wire }) => [frame.length, wire])

  it('before 2.3, and in 543.0, the lengths are the other way round', async () => {
    expect(await lengths([2, 2], 60, 4)).toEqual([[4, 60]])
    expect(await lengths([543, 0], 60, 4)).toEqual([[4, 60]])
  })

  it('in 2.3, where they make sense that way only', async () => {
    expect(await lengths([2, 3], 60, 4)).toEqual([[4, 60]])
    expect(await lengths([2, 3], 4, 60)).toEqual([[4, 60]])
  })

  it('other versions are refused', async () => {
    await expect(read(pcapHeader({ version: [3, 0] }))).rejects.toMatchObject({ code: 'WEIR_SOURCE_FORMAT', message: 'memory: pcap version 3.0 is not known; 2.4 is' })
  })
})

describe('a capture that ends early', () => {
  it('a header alone is a whole capture of no packets', async () => {
    expect(await read(pcapHeader())).toMatchObject({ packets: [], fault: null })
  })

  it.each([MICROSECONDS, KUZNETZOV])('every cut (%i) gives the whole packets before it, and a fault', async magic => {
    const header = pcapHeader({ magic })
    const records = [5, 0, 9].map(octets => pcap({ magic }, { frame: frame(octets) }).subarray(header.length))
    const whole = concat(header, ...records)
    const ends = records.map((_, i) => header.length + records.slice(0, i + 1).reduce((sum, record) => sum + record.length, 0))
    for (let length = header.length; length <= whole.length; length++) {
      const { packets, fault } = await read(whole.subarray(0, length))
      expect(packets, `of ${length} octets`).toHaveLength(ends.filter(end => end <= length).length)
      expect(fault, `of ${length} octets`).toBe(length === header.length || ends.includes(length) ? null : 'WEIR_CAPTURE_CUT')
    }
  })

  it('the fault says where the record begins that is cut', async () => {
    const { source } = await read(pcap({}, { frame: frame(4) }, { frame: frame(4) }).subarray(0, 50))
    expect(source.fault).toMatchObject({ offset: 44, message: 'memory: the capture ends in the middle of the record at octet 44' })
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { KeyScheme } from '../../src/flow/key.ts'
import { Fate } from '../../src/ledger.ts'
import { Lane } from '../../src/observer/lane.ts'
import { Burst, BURST } from '../../src/packet/burst.ts'
import { decode } from '../../src/packet/decode.ts'
import { Packet } from '../../src/packet/packet.ts'
import type { PcapFormat } from '../../src/packet/pcap-format.ts'
import { ACK, ethernet, ipv4, ipv6, tcp, udp } from '../../src/testing/build.ts'

function packetOf(frame: Uint8Array, packet = new Packet(), wireLength = frame.length): Packet {
  packet.bytes = frame
  packet.view = new DataView(frame.buffer, frame.byteOffset, frame.length)
  packet.start = 0
  packet.capturedLength = frame.length
  packet.wireLength = wireLength
  return packet
}

/** What decoding leaves in a packet. */
function layers({ ipOffset, ipVersion, ipLength, protocol, transportOffset, ipEnd, hasTransport, fragmentOffset, moreFragments, outerVlan, innerVlan, encapsulationCount, payloadOffset, payloadLength, payloadCaptured }: Packet): unknown {
  return { ipOffset, ipVersion, ipLength, protocol, transportOffset, ipEnd, hasTransport, fragmentOffset, moreFragments, outerVlan, innerVlan, encapsulationCount, payloadOffset, payloadLength, payloadCaptured }
}

const ends = { source: '192.0.2.1', destination: '198.51.100.2' }, ends6 = { source: '2001:db8::1', destination: '2001:db8::2' }
const built = fc.tuple(fc.boolean(), fc.boolean(), fc.uint8Array({ maxLength: 40 })).map(([isTcp, six, payload]) => {
  const transport = isTcp ? tcp({ sourcePort: 1024, destinationPort: 80, flags: ACK }, payload) : udp({ sourcePort: 1024, destinationPort: 5000, checksum: 1 }, payload)
  return ethernet({}, six ? ipv6(ends6, transport) : ipv4(ends, transport))
})
/** A usual frame, or one that is nearly so: some octets changed, cut short, padded. */
const nearly = fc.tuple(built, fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 2 }), fc.nat(20), fc.nat(20)).map(([frame, changes, cut, pad]) => {
  const whole = new Uint8Array(frame.length + pad)
  whole.set(frame)
  for (const [at, value] of changes) if (at < whole.length) whole[at] = value
  return whole.slice(0, whole.length - cut)
})

describe('the usual frame, decoded in one go', () => {
  it('is what it is layer by layer', () => {
    const burst = new Burst(), scheme = new KeyScheme({ base: 'flow', vlan: false, interface: false })
    const usual = { 0: 0, 4: 0, 6: 0 }
    fc.assert(
      fc.property(nearly, fc.nat(30), fc.nat(BURST - 1), (frame, more, i) => {
        const lane = new Lane(scheme, 'inner')
        // what an earlier packet left must not show
        const packet = Object.assign(lane.packet, { outerVlan: 7, innerVlan: 8, fragmentOffset: 64, moreFragments: true, hasTransport: false, encapsulationCount: 1, isError: true })
        lane.keyed = lane.quote
        packetOf(frame, packet, frame.length + more)
        const version = burst.decode(i, packet.view, 0, frame.length) as 0 | 4 | 6
        usual[version]++
        if (version === 0) return
        const general = packetOf(frame, new Packet(), frame.length + more)
        expect(decode(general)).toBe(Fate.Keyed)
        burst.showLayers(i, packet)
        lane.beUsual()
        expect(layers(packet)).toEqual(layers(general))
        expect([lane.fate, lane.keyed, packet.isError]).toEqual([Fate.Keyed, packet, false])
      }),
      { numRuns: 5000 },
    )
    expect(Math.min(usual[4], usual[6])).toBeGreaterThan(800)
    expect(usual[0]).toBeGreaterThan(400)
  })

  it('reads nothing behind what was captured, whatever the octets', () => {
    const burst = new Burst()
    fc.assert(
      fc.property(fc.oneof(nearly, fc.uint8Array({ maxLength: 120 })), (frame) => {
        // a view of just these octets throws where a read is out of bounds
        const alone = packetOf(frame.slice())
        burst.decode(0, alone.view, 0, frame.length)
      }),
      { numRuns: 3000 },
    )
  })

  it.each([4, 6])('of IPv%i is usual from the shortest header on, and not before', (version) => {
    const burst = new Burst()
    const frame = ethernet({}, version === 4 ? ipv4(ends, udp({ sourcePort: 1024, destinationPort: 5000 }, new Uint8Array(3))) : ipv6(ends6, udp({ sourcePort: 1024, destinationPort: 5000, checksum: 1 }, new Uint8Array(3))))
    const shortest = 14 + (version === 4 ? 20 : 40) + 8
    for (let length = 0; length <= frame.length; length++) {
      const { view } = packetOf(frame.slice(0, length))
      expect(burst.decode(0, view, 0, length)).toBe(length < shortest ? 0 : version)
    }
  })
})

const MICRO: PcapFormat = { littleEndian: true, perSecond: 1e6, nanoseconds: 1000, longest: 1 << 18, recordHeader: 16, capturedAt: 8, wireAt: 12, linkType: 1 }

interface Record {
  readonly seconds: number
  readonly fraction: number
  readonly wire: number
  readonly frame: Uint8Array
}

function written(records: readonly Record[], { littleEndian }: PcapFormat): Uint8Array {
  return Buffer.concat(records.flatMap(({ seconds, fraction, wire, frame }) => {
    const header = new DataView(new ArrayBuffer(16))
    header.setUint32(0, seconds, littleEndian)
    header.setUint32(4, fraction, littleEndian)
    header.setUint32(8, frame.length, littleEndian)
    header.setUint32(12, wire, littleEndian)
    return [Buffer.from(header.buffer), frame]
  }))
}

describe('records of a pcap capture', () => {
  const u32 = fc.oneof(fc.nat(2_000_000), fc.constantFrom(0, 999_999, 1_000_000, 0xffffffff), fc.integer({ min: 0, max: 0xffffffff }))
  const record = fc.record({ seconds: u32, fraction: u32, wire: u32, frame: fc.oneof(built, fc.uint8Array({ maxLength: 90 })) })

  it('are read as they were written, as many as are whole and wanted', () => {
    const burst = new Burst()
    fc.assert(
      fc.property(fc.array(record, { maxLength: 40 }), fc.boolean(), fc.integer({ min: 1, max: BURST }), fc.nat(30), (records, littleEndian, wanted, cut) => {
        const format = { ...MICRO, littleEndian }
        const octets = written(records, format)
        const from = 100, to = from + Math.max(0, octets.length - cut)
        burst.window.bytes.set(octets, from)
        const at = burst.readPcap(format, from, to, wanted)
        let whole = 0, end = from
        for (const { frame } of records) {
          if (whole === wanted || end + 16 + frame.length > to) break
          end += 16 + frame.length
          whole++
        }
        expect([burst.count, at]).toEqual([whole, end])
        const packet = new Packet()
        let start = from
        for (let i = 0; i < whole; i++) {
          const { seconds, fraction, wire, frame } = records[i]
          burst.showRecord(i, packet)
          packet.stamped = burst.stamped[i] === 1
          start += 16
          const carried = seconds + Math.floor(fraction / 1e6), isTime = carried <= 0xffffffff
          expect({ ...packet, bytes: 0, view: 0, encapsulations: 0 }).toMatchObject({
            start, capturedLength: frame.length, wireLength: wire, stamped: isTime, seconds: isTime ? carried : 0, nanoseconds: isTime ? (fraction % 1e6) * 1000 : 0,
          })
          start += frame.length
        }
        const { length: unusual } = records.slice(0, whole).filter(({ frame, seconds, fraction }) => seconds + Math.floor(fraction / 1e6) > 0xffffffff || burst.decode(0, packetOf(frame.slice()).view, 0, frame.length) === 0)
        expect(burst.unusual).toBe(unusual)
      }),
      { numRuns: 600 },
    )
  })

  it('stop at a length that no frame has', () => {
    const burst = new Burst()
    const octets = written([{ seconds: 1, fraction: 0, wire: 60, frame: new Uint8Array(60) }], MICRO)
    burst.window.bytes.set(octets, 0)
    burst.window.view.setUint32(octets.length + 8, MICRO.longest + 1, true)
    expect(burst.readPcap(MICRO, 0, octets.length + 16 + MICRO.longest + 1, BURST)).toBe(octets.length)
    expect(burst.count).toBe(1)
  })
})

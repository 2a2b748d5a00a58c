import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { Packet } from '../../src/packet/packet.ts'
import { RingBlocks } from '../../src/source/live/ring-blocks.ts'
import { ethernet, hex, ipv4, sll, udp } from '../../src/testing/build.ts'

const SHAPE = { blockSize: 4096, blocks: 2 }
const USER = 1, KERNEL = 0

interface Filled {
  readonly frame: Uint8Array
  readonly wire?: number
  readonly seconds?: number
  readonly nanoseconds?: number
  readonly tag?: { readonly tci: number; readonly tpid?: number }
  /** struct sockaddr_ll */
  readonly from?: { readonly protocol: number; readonly hardware: number; readonly type: number; readonly address: Uint8Array }
}

/** Fill a block as tpacket_rcv of the kernel does: headers one behind the other, each frame some way behind its own. */
function fill(memory: ArrayBuffer, block: number, packets: readonly Filled[]): void {
  const view = new DataView(memory), bytes = new Uint8Array(memory)
  const start = block * SHAPE.blockSize
  let at = start + 48
  view.setUint32(start + 12, packets.length, true)
  view.setUint32(start + 16, 48, true)
  for (const { frame, wire = frame.length, seconds = 1, nanoseconds = 2, tag, from } of packets) {
    const offset = 104, next = Math.ceil((offset + frame.length) / 8) * 8
    for (const [place, value] of [[0, next], [4, seconds], [8, nanoseconds], [12, frame.length], [16, wire], [20, tag === undefined ? 1 : 1 | 16 | (tag.tpid === undefined ? 0 : 64)], [32, tag?.tci ?? 0]]) view.setUint32(at + place, value, true)
    view.setUint16(at + 24, offset, true)
    view.setUint16(at + 36, tag?.tpid ?? 0, true)
    if (from !== undefined) {
      view.setUint16(at + 50, from.protocol)
      view.setUint16(at + 56, from.hardware, true)
      bytes[at + 58] = from.type
      bytes[at + 59] = from.address.length
      bytes.set(from.address, at + 60)
    }
    bytes.set(frame, at + offset)
    at += next
  }
  view.setUint32(start + 20, at - start, true)
  view.setUint32(start + 8, USER, true)
}

function ring(linkType = 1, snaplen = 262_144): { memory: ArrayBuffer; blocks: RingBlocks } {
  const memory = new ArrayBuffer(SHAPE.blockSize * SHAPE.blocks)
  return { memory, blocks: new RingBlocks(memory, SHAPE, { linkType, interfaceId: 5, snaplen }) }
}

interface Shown { frame: string; wire: number; time: string; linkType: number; interfaceId: number }

function shown(blocks: RingBlocks): Shown[] {
  const packet = new Packet(), all: Shown[] = []
  while (blocks.next(packet)) {
    const { bytes, start, capturedLength, wireLength, seconds, nanoseconds, linkType, interfaceId } = packet
    all.push({ frame: Buffer.from(bytes.subarray(start, start + capturedLength)).toString('hex'), wire: wireLength, time: `${seconds}.${nanoseconds}`, linkType, interfaceId })
  }
  return all
}

const hexOf = (frame: Uint8Array): string => Buffer.from(frame).toString('hex')
const inner = ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }, udp({ sourcePort: 1, destinationPort: 2 }))

describe('blocks of a ring', () => {
  it('are taken when the kernel is done with them, one after the other, and given back', () => {
    const { memory, blocks } = ring()
    const status = (block: number): number => new DataView(memory).getUint32(block * SHAPE.blockSize + 8, true)
    expect(blocks.take()).toBe(0)
    for (let turn = 0; turn < 5; turn++) {
      const frame = ethernet({}, inner)
      fill(memory, turn % 2, [{ frame, seconds: turn, nanoseconds: 9 }])
      expect(blocks.take()).toBeGreaterThan(0)
      expect(shown(blocks)).toEqual([{ frame: hexOf(frame), wire: frame.length, time: `${turn}.9`, linkType: 1, interfaceId: 5 }])
      expect(status(turn % 2)).toBe(USER)
      blocks.giveBack()
      blocks.giveBack()
      expect([status(turn % 2), blocks.take(), shown(blocks)]).toEqual([KERNEL, 0, []])
    }
  })

  it('show every frame as it was on the wire: a tag that the kernel took out is put back', () => {
    const tag = fc.option(fc.record({ tci: fc.nat(0xffff), tpid: fc.constantFrom(0x8100, 0x88a8) }), { nil: undefined })
    fc.assert(fc.property(fc.array(fc.record({ frame: fc.uint8Array({ minLength: 14, maxLength: 100 }), tag }), { maxLength: 12 }), fc.integer({ min: 20, max: 120 }), (sent, snaplen) => {
      const { memory, blocks } = ring(1, snaplen)
      // the kernel cuts what it took the tag out of
      fill(memory, 0, sent.map(({ frame, tag }) => ({ frame: frame.subarray(0, snaplen), wire: frame.length, ...(tag && { tag }) })))
      blocks.take()
      const wire = sent.map(({ frame, tag }) => (tag === undefined ? frame : Buffer.concat([frame.subarray(0, 12), hex(tag.tpid.toString(16)), hex(tag.tci.toString(16).padStart(4, '0')), frame.subarray(12)])))
      expect(shown(blocks)).toEqual(wire.map((frame) => ({ frame: hexOf(frame.subarray(0, snaplen)), wire: frame.length, time: '1.2', linkType: 1, interfaceId: 5 })))
    }))
  })

  it('a tag without its protocol is that of a customer; a frame that ends in the addresses has none', () => {
    const { memory, blocks } = ring()
    fill(memory, 0, [{ frame: ethernet({}, inner), tag: { tci: 7 } }, { frame: ethernet({}, inner).subarray(0, 8), tag: { tci: 7 } }])
    blocks.take()
    expect(shown(blocks).map(({ frame }) => frame)).toEqual([hexOf(ethernet({ vlans: [7] }, inner)), hexOf(ethernet({}, inner).subarray(0, 8))])
  })

  it('without a link header they have that of a cooked capture', () => {
    const { memory, blocks } = ring(113)
    const address = hex('02 00 00 00 00 05')
    fill(memory, 0, [{ frame: inner, from: { protocol: 0x0800, hardware: 768, type: 4, address } }])
    blocks.take()
    const frame = sll({ packetType: 4, arphrdType: 768, address: '02:00:00:00:00:05' }, inner)
    expect(shown(blocks)).toEqual([{ frame: hexOf(frame), wire: frame.length, time: '1.2', linkType: 113, interfaceId: 5 }])
  })
})

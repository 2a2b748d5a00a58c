import { expect } from 'vitest'

import { Fate } from '../../src/ledger.ts'
import { decode } from '../../src/packet/decode.ts'
import { UNKNOWN_LINK } from '../../src/packet/link.ts'
import { Packet } from '../../src/packet/packet.ts'

export type FateName = 'keyed' | 'non_ip' | 'short' | 'malformed' | 'orphan' | 'unknown link'
const NAMES = new Map<number, FateName>([[Fate.Keyed, 'keyed'], [Fate.NonIp, 'non_ip'], [Fate.Short, 'short'], [Fate.Malformed, 'malformed'], [Fate.OrphanFragment, 'orphan'], [UNKNOWN_LINK, 'unknown link']])

export interface Capture {
  readonly linkType?: number
  readonly wireLength?: number
  readonly tunnels?: 'inner' | 'outer'
}

/** What the decoder found; offsets count from the frame's first octet. */
export interface Decoded {
  readonly fate: FateName
  readonly version: number
  readonly ipOffset: number
  readonly ipLength: number
  readonly ipEnd: number
  readonly protocol: number
  readonly transportOffset: number
  readonly hasTransport: boolean
  readonly payload: readonly [offset: number, length: number, captured: number]
  readonly fragment: readonly [offset: number, more: boolean]
  readonly vlans: readonly [outer: number, inner: number]
}

/**
 * Decode a frame three times: alone in a buffer of its size, where a read behind it would throw, and between octets that are not its own,
 * first zeros, then ones. What is found must be the same: nothing outside the frame was looked at.
 */
export function decoded(frame: Uint8Array, capture: Capture = {}): Decoded {
  const alone = from(frame.slice(), 0, frame.length, capture)
  for (const canary of [0x00, 0xff, 0x45]) {
    const buffer = new Uint8Array(frame.length + 200).fill(canary)
    buffer.set(frame, 100)
    expect(from(buffer, 100, frame.length, capture)).toEqual(alone)
  }
  return alone
}

/** The packet itself, of a frame that stands alone. */
export function packetOf(frame: Uint8Array, { linkType = 1, wireLength = frame.length }: Capture = {}): Packet {
  const packet = new Packet()
  const bytes = frame.slice()
  place(packet, bytes, 0, bytes.length, { linkType, wireLength })
  decode(packet)
  return packet
}

function place(packet: Packet, bytes: Uint8Array, start: number, length: number, { linkType = 1, wireLength = length, tunnels = 'inner' }: Capture): void {
  packet.entersTunnels = tunnels === 'inner'
  packet.bytes = bytes
  packet.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  packet.start = start
  packet.capturedLength = length
  packet.wireLength = wireLength
  packet.linkType = linkType
}

/** One packet for all, as in an observation: what an earlier frame left behind must not show. */
const packet = new Packet()

function from(bytes: Uint8Array, start: number, length: number, capture: Capture): Decoded {
  place(packet, bytes, start, length, capture)
  const fate = NAMES.get(decode(packet))!
  if (fate !== 'keyed' && fate !== 'orphan') return { fate, version: 0, ipOffset: 0, ipLength: 0, ipEnd: 0, protocol: 0, transportOffset: 0, hasTransport: false, payload: [0, 0, 0], fragment: [0, false], vlans: [-1, -1] }
  const { ipVersion, ipOffset, ipLength, ipEnd, protocol, transportOffset, hasTransport, payloadOffset, payloadLength, payloadCaptured, fragmentOffset, moreFragments, outerVlan, innerVlan } = packet
  return {
    fate, version: ipVersion, ipOffset: ipOffset - start, ipLength, ipEnd: ipEnd - start, protocol, transportOffset: transportOffset - start, hasTransport,
    payload: [payloadOffset - start, payloadLength, payloadCaptured], fragment: [fragmentOffset, moreFragments], vlans: [outerVlan, innerVlan],
  }
}

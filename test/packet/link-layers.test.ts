import { describe, expect, it } from 'vitest'

import { ethernet, hex, join, sll } from '../../src/testing/build.ts'
import { carried, four, mpls } from './carried-frames.ts'
import { lengthFrame, snapOf, wifiOf } from './carriers.ts'
import { decoded, packetOf } from './decoded.ts'

describe('IP is found in', () => {
  it.each(carried)('%s (link type %i)', (_, linkType, frame, ipOffset) => {
    expect(decoded(frame, { linkType })).toMatchObject({ fate: 'keyed', ipOffset, protocol: 17, hasTransport: true, payload: [frame.length - 5, 5, 5] })
  })

  it('nothing is kept from the frame before', () => {
    const packet = packetOf(mpls([16, 17], four))
    expect([packet.encapsulationCount, packet.encapsulations.header[0], packet.encapsulations.outer[0]]).toEqual([1, 14, -1])
    expect(packetOf(ethernet({}, four)).encapsulationCount).toBe(0)
  })
})

describe('every shorter length', () => {
  it.each(carried)('of %s (link type %i)', (_, linkType, frame, ipOffset) => {
    const key = ipOffset + (frame[ipOffset] >> 4 === 4 ? 24 : 44)
    // MPLS is taken for what it looks like as long as it is not known better
    const guesses = frame.length > 14 && frame[12] === 0x88 && frame[13] === 0x47
    for (let length = 0; length <= frame.length; length++) {
      const { fate } = decoded(frame.subarray(0, length), { linkType, wireLength: frame.length })
      if (length >= key) expect([length, fate]).toEqual([length, 'keyed'])
      else if (guesses) expect([length, fate]).not.toEqual([length, 'keyed'])
      else expect([length, fate]).toEqual([length, 'short'])
    }
  })

  it.each(carried)('on the wire, of %s (link type %i)', (_, linkType, frame, ipOffset) => {
    const key = ipOffset + (frame[ipOffset] >> 4 === 4 ? 24 : 44)
    for (let length = 0; length < key; length++) expect(['non_ip', 'malformed']).toContain(decoded(frame.subarray(0, length), { linkType }).fate)
  })
})

describe('no IP is in', () => {
  it.each<[string, number, Uint8Array]>([
    ['PPPoE discovery', 1, ethernet({ etherType: 0x8863 }, hex('1109 0000 0000'))],
    ['PPPoE with another version', 1, ethernet({ etherType: 0x8864 }, join(hex('2100 0042 0000 0021'), four))],
    ['PPPoE with a code', 1, ethernet({ etherType: 0x8864 }, join(hex('11a7 0042 0000 0021'), four))],
    ['PPP LCP', 9, hex('ff03 c021 01 01 0004')],
    ['Cisco SLARP', 104, hex('8f00 8035 0000 0000')],
    ['a spanning tree', 1, lengthFrame(hex('424203 0000 00 00 00'))],
    ['802.3 without LLC', 1, lengthFrame(join(hex('ffff'), new Uint8Array(40)))],
    ['SNAP of another organisation', 1, lengthFrame(snapOf(four, 0x2000, '00000c'))],
    ['SNAP with a length', 1, lengthFrame(snapOf(four, 0x0100))],
    ['an associated channel of MPLS', 1, mpls([16], hex('10000021 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10'))],
    ['MPLS without an end', 1, ethernet({ etherType: 0x8847 }, hex('00010040 00010040'))],
    ['a beacon', 105, join(hex('8000'), new Uint8Array(60))],
    ['an empty data frame', 105, wifiOf(snapOf(four), { type: 0x48 })],
    ['an encrypted one', 105, wifiOf(snapOf(four), { flags: 0x41 })],
    ['a later fragment of one', 105, wifiOf(snapOf(four), { fragment: 1 })],
    ['radiotap of another version', 127, join(hex('01 00 0800 00000000'), wifiOf(snapOf(four)))],
    ['radiotap that is too short for itself', 127, join(hex('00 00 0700 00000000'), wifiOf(snapOf(four)))],
    ['netlink', 113, sll({ arphrdType: 824, protocolType: 0 }, four)],
    ['cooked, raw 802.3', 113, sll({ protocolType: 1 }, four)],
  ])('%s (link type %i)', (_, linkType, frame) => {
    expect(decoded(frame, { linkType }).fate).toBe('non_ip')
  })
})

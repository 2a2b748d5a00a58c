import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { decode, decodeAny } from '../../src/packet/decode.ts'
import { Packet } from '../../src/packet/packet.ts'
import { ACK, ethernet, ipv4, tcp, udp } from '../../src/testing/build.ts'

/** What decoding leaves in a packet, whatever it was before. */
function decoded(how: typeof decode, frame: Uint8Array, wireLength: number): unknown {
  const packet = new Packet()
  // what an earlier packet left must not show
  Object.assign(packet, { outerVlan: 7, innerVlan: 8, fragmentOffset: 64, moreFragments: true, hasTransport: false })
  packet.bytes = frame
  packet.view = new DataView(frame.buffer, frame.byteOffset, frame.length)
  packet.capturedLength = frame.length
  packet.wireLength = wireLength
  const fate = how(packet)
  if (fate !== 0) return { fate }
  const { ipOffset, ipVersion, ipLength, protocol, transportOffset, ipEnd, hasTransport, fragmentOffset, moreFragments, outerVlan, innerVlan, payloadOffset, payloadLength, payloadCaptured } = packet
  return { fate, ipOffset, ipVersion, ipLength, protocol, transportOffset, ipEnd, hasTransport, fragmentOffset, moreFragments, outerVlan, innerVlan, payloadOffset, payloadLength, payloadCaptured }
}

const ends = { source: '192.0.2.1', destination: '198.51.100.2' }
const built = fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 40 })).map(([isTcp, payload]) =>
  ethernet({}, ipv4(ends, isTcp ? tcp({ sourcePort: 1024, destinationPort: 80, flags: ACK }, payload) : udp({ sourcePort: 1024, destinationPort: 5000 }, payload))))
/** A usual frame, or one that is nearly so: some octets changed, cut short, padded. */
const nearly = fc.tuple(built, fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 2 }), fc.nat(20), fc.nat(20)).map(([frame, changes, cut, pad]) => {
  const whole = new Uint8Array(frame.length + pad)
  whole.set(frame)
  for (const [at, value] of changes) if (at < whole.length) whole[at] = value
  return whole.slice(0, whole.length - cut)
})

describe('the usual frame, decoded in one go', () => {
  it('is what it is layer by layer', () => {
    let usual = 0
    fc.assert(
      fc.property(nearly, fc.nat(30), (frame, more) => {
        const general = decoded(decodeAny, frame, frame.length + more)
        expect(decoded(decode, frame, frame.length + more)).toEqual(general)
        if ((general as { fate: number }).fate === 0) usual++
      }),
      { numRuns: 3000 },
    )
    expect(usual).toBeGreaterThan(500)
  })
})

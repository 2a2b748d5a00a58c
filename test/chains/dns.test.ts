import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { dns } from '../../src/index.ts'
import { ACK, hex, join, recordsOf, SYN } from '../../src/testing/build.ts'
import { datagram, segment } from './frames.ts'

const QUESTION = '03777777 07 6578616d706c65 00 0001 0001'
const RESPONSE = hex(`0001 8180 0001 0001 0000 0000 ${QUESTION} c00c 0001 0001 00000e10 0004 c0000201`)
const QUERY = hex(`0001 0100 0001 0000 0000 0000 ${QUESTION}`)

const over = async (...frames: Uint8Array[]) => (await recordsOf([dns], frames))[0]
const valid = { dns_response_valid: true, end_reason: 'end' }
const invalid = { dns_response_valid: false, end_reason: 'forced' }

describe('dns', () => {
  it('a response over UDP completes the flow', async () => {
    expect(await over(datagram({ payload: QUERY }), datagram({ back: true, payload: RESPONSE }))).toMatchObject(valid)
  })

  it('so it does over TCP, behind its length', async () => {
    const payload = join(Uint8Array.of(0, RESPONSE.length), RESPONSE)
    expect(await over(segment(SYN), segment(ACK, { back: true, payload }))).toMatchObject(valid)
  })

  it.each<[string, Uint8Array, boolean]>([
    ['forward', datagram({ payload: RESPONSE }), false],
    ['a query', datagram({ payload: QUERY }), true],
    ['cut within its last record', datagram({ payload: RESPONSE.subarray(0, -1) }), true],
    ['a header alone', datagram({ payload: RESPONSE.subarray(0, 12) }), true],
    ['less than a header', datagram({ payload: RESPONSE.subarray(0, 11) }), true],
    ['a label that is none', datagram({ payload: hex('0001 8180 0001 0000 0000 0000 40 00 0001 0001') }), true],
    ['more questions than there are', datagram({ payload: hex('0001 8180 ffff ffff ffff ffff 00 0001 0001') }), true],
  ])('%s is no response', async (_, frame, isBack) => {
    const back = datagram({ back: isBack, payload: frame.subarray(42) })
    expect(await over(datagram({ payload: QUERY }), back)).toMatchObject(invalid)
  })

  it('no payload makes it throw', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), fc.nat(3), async (octets, counts) => {
      const payload = join(Uint8Array.of(0, 1, 0x80, 0, 0, counts, 0, 1, 0, 0, 0, 0), octets)
      await over(datagram(), datagram({ back: true, payload }), segment(ACK, { back: true, payload }))
    }), { numRuns: 50 })
  })
})

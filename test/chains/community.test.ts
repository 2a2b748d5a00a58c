import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'

import { sha1 } from '../../src/chains/sha1.ts'
import { community } from '../../src/index.ts'
import { ethernet, icmp4, icmp4Error, icmp6, ipv4, ipv6, recordsOf, sctp, tcp, udp } from '../../src/testing/build.ts'

const idOf = async (...frames: Uint8Array[]) => (await recordsOf([community()], frames)).map(({ community_id }) => community_id)
const four = (source: string, destination: string, payload: Uint8Array, protocol?: number) => ethernet({}, ipv4({ source, destination, ...(protocol !== undefined && { protocol }) }, payload))

/** The same by the specification, and node's own SHA-1. */
function expected(seed: number, from: string, to: string, protocol: number, ...ports: number[]): string {
  const message = Buffer.concat([Buffer.from([seed >> 8, seed & 255]), Buffer.from(from.split('.').map(Number)), Buffer.from(to.split('.').map(Number)), Buffer.from([protocol, 0, ...ports.flatMap((port) => [port >> 8, port & 255])])])
  return `1:${createHash('sha1').update(message).digest('base64')}`
}

describe('community', () => {
  it('is that of the specification', async () => {
    // the example in the specification's README
    expect(await idOf(four('128.232.110.120', '66.35.250.204', tcp({ sourcePort: 34855, destinationPort: 80 })))).toEqual(['1:LQU9qZlK+B5F3KDmev6m5PMibrg='])
  })

  it('is one for both directions', async () => {
    const [one] = await idOf(four('10.0.0.2', '10.0.0.1', udp({ sourcePort: 7, destinationPort: 9 })))
    const [other] = await idOf(four('10.0.0.1', '10.0.0.2', udp({ sourcePort: 9, destinationPort: 7 })))
    expect([one, other]).toEqual(Array(2).fill(expected(0, '10.0.0.1', '10.0.0.2', 17, 9, 7)))
    expect(await idOf(four('10.0.0.1', '10.0.0.1', udp({ sourcePort: 9, destinationPort: 7 })))).toEqual([expected(0, '10.0.0.1', '10.0.0.1', 17, 7, 9)])
  })

  it('has ports of SCTP, and none of other protocols', async () => {
    expect(await idOf(four('10.0.0.1', '10.0.0.2', sctp({ sourcePort: 9, destinationPort: 7 })))).toEqual([expected(0, '10.0.0.1', '10.0.0.2', 132, 9, 7)])
    expect(await idOf(four('10.0.0.2', '10.0.0.1', new Uint8Array(8), 47))).toEqual([expected(0, '10.0.0.1', '10.0.0.2', 47)])
  })

  it('types of ICMP stand for ports', async () => {
    expect(await idOf(four('10.0.0.2', '10.0.0.1', icmp4({ type: 8 })))).toEqual([expected(0, '10.0.0.1', '10.0.0.2', 1, 0, 8)])
    expect(await idOf(four('10.0.0.1', '10.0.0.2', icmp4({ type: 0 })))).toEqual([expected(0, '10.0.0.1', '10.0.0.2', 1, 0, 8)])
    // one-way: by source and code
    expect(await idOf(four('10.0.0.2', '10.0.0.1', icmp4({ type: 40, code: 3 })))).toEqual([expected(0, '10.0.0.2', '10.0.0.1', 1, 40, 3)])
    const ask = ethernet({}, ipv6({ source: 'fe80::1', destination: 'fe80::2' }, icmp6({ type: 135 })))
    const answer = ethernet({}, ipv6({ source: 'fe80::2', destination: 'fe80::1' }, icmp6({ type: 136 })))
    expect(await idOf(ask)).toEqual(await idOf(answer))
  })

  it('an error has that of the flow it is about', async () => {
    const quote = ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }, udp({ sourcePort: 9, destinationPort: 7 }))
    expect(await idOf(four('10.0.0.3', '10.0.0.1', icmp4Error({ type: 3 }, quote)))).toEqual([expected(0, '10.0.0.1', '10.0.0.2', 17, 9, 7)])
  })

  it('a part that begins with an answer has the identifier of the flow', async () => {
    const ask = four('10.0.0.2', '10.0.0.1', icmp4({ type: 8 })), answer = four('10.0.0.1', '10.0.0.2', icmp4({ type: 0 }))
    const records = await recordsOf([community()], [{ frame: ask, time: 0 }, { frame: answer, time: 2 }], { activeTimeout: 1 })
    expect(records.map(({ community_id }) => community_id)).toEqual(Array(2).fill(expected(0, '10.0.0.1', '10.0.0.2', 1, 0, 8)))
  })

  it('takes a seed', async () => {
    const [record] = await recordsOf([community({ seed: 258 })], [four('10.0.0.1', '10.0.0.2', udp({ sourcePort: 9, destinationPort: 7 }))])
    expect(record.community_id).toBe(expected(258, '10.0.0.1', '10.0.0.2', 17, 9, 7))
    expect(() => community({ seed: 65536 })).toThrow("chain 'community': seed is 65536: it must be a whole number from 0 to 65535")
  })
})

it.each([0, 1, 20, 55, 56, 63, 64, 65, 119, 120, 1000])('SHA-1 of %i octets', (length) => {
  const message = randomBytes(length)
  expect(Buffer.from(sha1(message)).toString('hex')).toBe(createHash('sha1').update(message).digest('hex'))
})

import { describe, expect, it } from 'vitest'

import { PacketClock } from '../../src/flow/clock.ts'
import { FragmentTable } from '../../src/flow/fragments.ts'
import { decode } from '../../src/packet/decode.ts'
import type { Packet } from '../../src/packet/packet.ts'
import { destinationOptions, ethernet, fragment, fragments4, fragments6, ipv4, ipv6, udp } from '../../src/testing/build.ts'
import { CLIENT, CLIENT6, observed, SERVER, SERVER6, type Step, summary } from '../observer/observed.ts'
import { packetOf } from '../packet/decoded.ts'

/** Datagrams that are remembered, and what held fragments may cost beside an overhead of 256 octets each. */
const DATAGRAMS = 8192, MEMORY = 16 << 20

const ports = { sourcePort: 1024, destinationPort: 53 }
const legit4 = fragments4(ipv4({ source: CLIENT, destination: SERVER, identification: 7 }, udp(ports, new Uint8Array(64))), 32).map((packet) => ethernet({}, packet))
const legit6 = fragments6(ipv6({ source: CLIENT6, destination: SERVER6 }, udp(ports, new Uint8Array(64))), 32, 7).map((packet) => ethernet({}, packet))

const later = ethernet({}, fragments4(ipv4({ source: '10.0.0.0', destination: SERVER }, udp(ports, new Uint8Array(64))), 32)[1])
/** A later fragment of the nth datagram, whose first never comes. */
function orphan(n: number): Uint8Array {
  const frame = later.slice()
  const view = new DataView(frame.buffer)
  view.setUint32(14 + 12, 0x0a000000 + (n >>> 16))
  view.setUint16(14 + 4, n)
  return frame
}

function packet(frame: Uint8Array): Packet {
  const decoded = packetOf(frame)
  decode(decoded)
  return decoded
}

describe('a flood of fragments', () => {
  it.each([
    ['whose first ones never come', (n: number) => [orphan(n)]],
    ['that are all first ones', (n: number) => [ethernet({}, fragments4(ipv4({ source: CLIENT, destination: SERVER, identification: n & 0xffff, protocol: 17 }, udp({ ...ports, sourcePort: 7 }, new Uint8Array(32))), 32)[0])]],
  ])('%s: datagrams afterwards are as ever, in any order', async (_, nth) => {
    const flood = Array.from({ length: 2 * DATAGRAMS }, (_, n) => nth(n)).flat()
    const frames = [...flood, ...legit4.toReversed(), ...legit6.toReversed()]
    const { records, ledger } = await observed(frames.map((frame): Step => [1, frame]))
    expect(summary(records.filter(({ sp }) => sp === 1024))).toEqual(['1024: 3/0 forced', '1024: 3/0 forced'])
    expect(ledger.in_flows + ledger.orphan_fragments).toBe(frames.length)
  })

  it('leaves the datagrams alone that are not older than the table is long', async () => {
    const flood = (from: number): Step[] => Array.from({ length: DATAGRAMS - 1 }, (_, n) => [1, orphan(from + n)])
    const young = await observed([[1, legit4[2]], ...flood(0), [1, legit4[0]]])
    expect(young.ledger).toMatchObject({ in_flows: 2, orphan_fragments: DATAGRAMS - 1 })
    const old = await observed([[1, legit4[2]], ...flood(0), [1, orphan(DATAGRAMS)], [1, legit4[0]]])
    expect(old.ledger).toMatchObject({ in_flows: 1, orphan_fragments: DATAGRAMS + 1 })
  })

  it('of one datagram holds 64 of them', async () => {
    const many = Array.from({ length: 1000 }, (): Step => [1, legit4[1]])
    const { ledger } = await observed([...many, [1, legit4[0]]])
    expect(ledger).toMatchObject({ in_flows: 65, orphan_fragments: 1000 - 64 })
  })

  it('a while ago does no harm', async () => {
    const flood = Array.from({ length: DATAGRAMS }, (_, n): Step => [1, orphan(n)])
    const { ledger } = await observed([...flood, [40, legit4[1]], [40, legit4[0]]])
    expect(ledger).toMatchObject({ in_flows: 2, orphan_fragments: DATAGRAMS })
  })
})

describe('the table of fragments', () => {
  it('never has more than 8192 datagrams', () => {
    const table = new FragmentTable(new PacketClock())
    for (let n = 0; n < 3 * DATAGRAMS; n++) {
      expect(table.later(packet(orphan(n)))).toBeNull()
      expect(table.size).toBe(Math.min(n + 1, DATAGRAMS))
    }
  })

  it('never holds more than 16 MiB, though extension headers be as long as the packet', () => {
    const table = new FragmentTable(new PacketClock())
    const length = 40_000
    const chain = (n: number): Packet => {
      const padding = Array.from({ length: length / 2000 }).reduce<Uint8Array>((inner) => destinationOptions({ options: new Uint8Array(1998) }, inner), fragment({ fragmentOffset: 9, identification: n, nextHeader: 17 }, new Uint8Array(8)))
      return packet(ethernet({}, ipv6({ source: CLIENT6, destination: SERVER6 }, padding)))
    }
    const count = 1000
    for (let n = 0; n < count; n++) table.later(chain(n))
    const held = Array.from({ length: count }, (_, n) => table.first(chain(n), 17, 0)).flat()
    const octets = held.reduce((sum, { header }) => sum + header.length, 0)
    expect(octets).toBeLessThanOrEqual(MEMORY)
    expect(octets).toBeGreaterThan(MEMORY / 2)
    // those that came last
    expect(held.at(-1)).toMatchObject({ ipLength: chain(count - 1).ipLength })
  })
})

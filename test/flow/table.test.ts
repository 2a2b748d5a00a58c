import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { FlowKey, KeyScheme } from '../../src/flow/key.ts'
import { CORE_WORDS } from '../../src/flow/row.ts'
import { FlowTable } from '../../src/flow/table.ts'
import { BURST } from '../../src/packet/burst.ts'
import type { Packet } from '../../src/packet/packet.ts'
import { type Ends, find, FLOW, keyOf, packetBetween, turned } from './keyed.ts'

const CAPACITY = 12

/** Few keys, so that they meet again, and hashes of a few bits, so that they collide. */
const ends: fc.Arbitrary<Ends> = fc.record({ six: fc.boolean(), source: fc.nat(2), destination: fc.nat(2), sourcePort: fc.constantFrom(1, 2), destinationPort: fc.constantFrom(1, 2) })
const operation = fc.record({ what: fc.constantFrom('insert', 'insert', 'find', 'remove'), ends, back: fc.boolean() })

function keyWithHash(packet: Packet, scheme: KeyScheme, bits: number): FlowKey {
  const key = new FlowKey(scheme)
  key.load(packet)
  key.hash &= (1 << bits) - 1
  return key
}

/** The same from both ends. */
function nameOf({ six, source, destination, sourcePort, destinationPort }: Ends): string {
  return `${six} ${[`${source}:${sourcePort}`, `${destination}:${destinationPort}`].sort().join(' ')}`
}

describe('the flow table', () => {
  it.each([0, 1, 3, 30])('is as a Map of the flows, with hashes of %i bits', (bits) => {
    fc.assert(fc.property(fc.array(operation, { maxLength: 120 }), (operations) => {
      const scheme = new KeyScheme(FLOW)
      const table = new FlowTable(CAPACITY, new Int32Array(CORE_WORDS))
      const model = new Map<string, { row: number; ends: Ends }>()
      for (const { what, ends: each, back } of operations) {
        const now = back ? turned(each) : each
        const packet = packetBetween(now)
        const key = keyWithHash(packet, scheme, bits)
        const known = model.get(nameOf(each))
        const row = find(table, key, packet)
        expect(row).toBe(known?.row ?? -1)
        if (known !== undefined) expect(table.reversed).toBe(JSON.stringify(known.ends) !== JSON.stringify(now) ? 1 : 0)
        if (what === 'insert' && known === undefined && !table.full) model.set(nameOf(each), { row: table.insert(key, packet), ends: now })
        if (what === 'remove' && known !== undefined) {
          table.remove(known.row)
          model.delete(nameOf(each))
        }
        expect(table.size).toBe(model.size)
        expect(table.full).toBe(model.size === CAPACITY)
      }
      const rows = [...model.values()].map(({ row }) => row)
      expect(new Set(rows).size).toBe(rows.length)
      for (const { row, ends: each } of model.values()) {
        const packet = packetBetween(each)
        expect(find(table, keyWithHash(packet, scheme, bits), packet)).toBe(row)
      }
    }), { numRuns: 150 })
  })

  it.each([0, 3, 30])('finds what was looked for together as if each was looked for in its turn, with hashes of %i bits', (bits) => {
    fc.assert(fc.property(fc.array(operation, { maxLength: 30 }), fc.array(operation, { minLength: 1, maxLength: BURST }), (before, burst) => {
      const scheme = new KeyScheme(FLOW)
      const table = new FlowTable(CAPACITY, new Int32Array(CORE_WORDS))
      const handle = (what: string, row: number, key: FlowKey, packet: Packet): void => {
        if (what === 'insert' && row < 0 && !table.full) table.insert(key, packet)
        if (what === 'remove' && row >= 0) table.remove(row)
      }
      const known = (operations: typeof burst) => operations.map(({ what, ends: each, back }) => {
        const packet = packetBetween(back ? turned(each) : each)
        return { what, packet, key: keyWithHash(packet, scheme, bits) }
      })
      for (const { what, key, packet } of known(before)) handle(what, find(table, key, packet), key, packet)
      const packets = known(burst)
      packets.forEach(({ key }, i) => table.keys.put(i, key))
      table.findAll(packets.length)
      packets.forEach(({ what, key, packet }, i) => {
        const row = table.findAgain(i, packet), { reversed } = table
        expect([row, reversed]).toEqual([table.find(i, packet), table.reversed])
        handle(what, row, key, packet)
      })
    }), { numRuns: 200 })
  })

  it('holds as many flows as it is made for, of one hash as well', () => {
    for (const bits of [0, 30]) {
      const scheme = new KeyScheme(FLOW)
      const table = new FlowTable(100, new Int32Array(CORE_WORDS))
      const packets = Array.from({ length: 100 }, (_, i) => packetBetween({ six: i % 2 === 0, source: i, destination: 999, sourcePort: 1, destinationPort: 2 }))
      const rows = packets.map((packet) => table.insert(keyWithHash(packet, scheme, bits), packet))
      expect(table.full).toBe(true)
      packets.forEach((packet, i) => expect(find(table, keyWithHash(packet, scheme, bits), packet)).toBe(rows[i]))
    }
  })

  it('tells IPv6 flows and their ends apart by all of the addresses, where the words of the keys tell nothing', () => {
    const table = new FlowTable(4, new Int32Array(CORE_WORDS))
    const scheme = new KeyScheme(FLOW)
    const alike = (packet: Packet): FlowKey => Object.assign(keyOf(packet, scheme), { source: 5, destination: 5, hash: 7 })
    const flows = [1, 2].map((source) => ({ six: true, source, destination: 9, sourcePort: 53, destinationPort: 53 }))
    const rows = flows.map((ends) => packetBetween(ends)).map((packet) => table.insert(alike(packet), packet))
    flows.forEach((ends, i) => {
      for (const [from, reversed] of [[ends, 0], [turned(ends), 1]] as const) {
        const packet = packetBetween(from)
        expect(find(table, alike(packet), packet)).toBe(rows[i])
        expect(table.reversed).toBe(reversed)
      }
    })
    const other = packetBetween({ ...flows[0], source: 3 })
    expect(find(table, alike(other), other)).toBe(-1)
  })

  it('uses rows again, last in, first out, each as the template is', () => {
    const template = Int32Array.from({ length: CORE_WORDS + 2 }, (_, i) => (i < CORE_WORDS ? 0 : i))
    const table = new FlowTable(4, template)
    const scheme = new KeyScheme(FLOW)
    const insert = (source: number): number => {
      const packet = packetBetween({ six: false, source, destination: 9, sourcePort: 1, destinationPort: 2 })
      return table.insert(keyWithHash(packet, scheme, 30), packet)
    }
    const [a, b, c] = [insert(1), insert(2), insert(3)]
    for (const row of [a, b, c]) table.i32.fill(-1, row * table.stride + CORE_WORDS, (row + 1) * table.stride)
    table.remove(c)
    table.remove(a)
    expect([insert(4), insert(5), insert(6)]).toEqual([a, c, 3])
    for (const row of [a, c, 3]) expect(Array.from(table.i32.subarray(row * table.stride + CORE_WORDS, (row + 1) * table.stride))).toEqual([CORE_WORDS, CORE_WORDS + 1])
    expect(Array.from(table.i32.subarray(b * table.stride + CORE_WORDS, (b + 1) * table.stride))).toEqual([-1, -1])
  })
})

import { afterEach, describe, expect, it, vi } from 'vitest'

import { basic, MemorySource, observe } from '../../src/index.ts'
import { FlowKey, KeyScheme, randomSeed } from '../../src/flow/key.ts'
import { FlowTable } from '../../src/flow/table.ts'
import { ethernet, ipv4, udp } from '../../src/testing/build.ts'
import { find, FLOW } from '../flow/keyed.ts'
import { packetOf } from '../packet/decoded.ts'

/** A seed that got out. */
const KNOWN = Int32Array.of(0x1234567, 0x2545f491, 0x19660d01, 0x5bd1e995, 0x27d4eb2f, 0x165667b1)
/** Flows that the table has room for; its index has twice as many slots. */
const CAPACITY = 512, SLOTS = 2 * CAPACITY
const ATTACKERS = 256

/** An attacker's packet is one of a host's to a victim's port: he may choose his address and his port. */
interface Choice {
  readonly address: number
  readonly port: number
}

const template = packetOf(ipv4({ source: '10.0.0.0', destination: '198.51.100.7' }, udp({ sourcePort: 0, destinationPort: 53, checksum: 1 })), { linkType: 101 })
const SOURCE = 12, SOURCE_PORT = 20

function load(key: FlowKey, { address, port }: Choice): FlowKey {
  template.view.setUint32(template.start + SOURCE, address)
  template.view.setUint16(template.start + SOURCE_PORT, port)
  key.load(template)
  return key
}

/** Search for keys whose home in the index is one and the same. */
function choose(seed: Int32Array): Choice[] {
  const key = new FlowKey(new KeyScheme(FLOW, seed))
  const chosen: Choice[] = []
  for (let n = 0; chosen.length < ATTACKERS; n++) {
    const choice = { address: 0x0a000000 + (n >>> 10), port: 1024 + (n & 1023) }
    if ((load(key, choice).hash & (SLOTS - 1)) === 77) chosen.push(choice)
  }
  return chosen
}

/** Slots that are looked at to enter these keys one after the other: a model of the index. */
function probes(choices: readonly Choice[], seed: Int32Array): { readonly most: number; readonly sum: number } {
  const key = new FlowKey(new KeyScheme(FLOW, seed))
  const taken = new Set<number>()
  let most = 0, sum = 0
  for (const choice of choices) {
    let slot = load(key, choice).hash & (SLOTS - 1)
    let looks = 1
    for (; taken.has(slot); looks++) slot = (slot + 1) & (SLOTS - 1)
    taken.add(slot)
    most = Math.max(most, looks)
    sum += looks
  }
  return { most, sum }
}

const chosen = choose(KNOWN)

describe('keys that were chosen to collide', () => {
  afterEach(() => vi.restoreAllMocks())

  it('do so under the seed for which they were chosen: each is found behind all others', () => {
    expect(probes(chosen, KNOWN)).toEqual({ most: ATTACKERS, sum: (ATTACKERS * (ATTACKERS + 1)) / 2 })
  })

  it('do not under any other: they are spread as others are', () => {
    for (let run = 0; run < 50; run++) {
      const { most, sum } = probes(chosen, randomSeed())
      expect(most).toBeLessThan(40)
      // chance takes 1.17 looks a key in an index that becomes a quarter full
      expect(sum / ATTACKERS).toBeLessThan(2)
    }
  })

  it('are apart under a seed of zeros too, whose multipliers are odd', () => {
    expect(probes(chosen, new Int32Array(6).fill(1)).most).toBeLessThan(ATTACKERS)
  })

  it('have another seed in every observation', () => {
    const seeds = Array.from({ length: 100 }, () => randomSeed().join())
    expect(new Set(seeds).size).toBe(100)
    for (const seed of Array.from({ length: 100 }, randomSeed)) expect(seed.slice(1, 5).every((word) => (word & 1) === 1)).toBe(true)
  })

  it('cost time, where the seed is known, and nothing else: flows stay apart, and leave the table in any order', () => {
    const table = new FlowTable(CAPACITY, new Int32Array(32))
    const key = new FlowKey(new KeyScheme(FLOW, KNOWN))
    const rows = chosen.map((choice) => table.insert(load(key, choice), template))
    expect(chosen.map((choice) => find(table, load(key, choice), template))).toEqual(rows)
    const order = chosen.map((_, i) => (i * 97) % ATTACKERS)
    for (const [done, i] of order.entries()) {
      table.remove(rows[i])
      expect(find(table, load(key, chosen[i]), template)).toBe(-1)
      const left = order[(done + 1) % ATTACKERS]
      if (done + 1 < ATTACKERS) expect(find(table, load(key, chosen[left]), template)).toBe(rows[left])
    }
    expect(table.size).toBe(0)
  })

  it('make no difference to the records', async () => {
    const frames = [...chosen, ...chosen].map(({ address, port }, i) => {
      const source = [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.')
      return { bytes: ethernet({}, ipv4({ source, destination: '198.51.100.7' }, udp({ sourcePort: port, destinationPort: 53 }))), seconds: 1, nanoseconds: i }
    })
    const random = vi.spyOn(crypto, 'getRandomValues').mockImplementation((words) => ((words as unknown as Int32Array).set(KNOWN), words))
    const ports: (number | null)[] = []
    for await (const { sp, pkt_fwd } of observe(new MemorySource(frames), { chains: [basic], maxFlows: CAPACITY })) {
      expect(pkt_fwd).toBe(2)
      ports.push(sp)
    }
    expect(random).toHaveBeenCalled()
    expect(ports).toEqual(chosen.map(({ port }) => port))
  })
})

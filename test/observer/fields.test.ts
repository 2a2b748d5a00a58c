import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { address, type AnyChain, basic, bins, type BinsView, bool, bytes, defineChain, f32, f64, i32, id, list, type ListView, MemorySource, nullable, observe, oneOf, scratch, state, text, u16, u32, u64, u8 } from '../../src/index.ts'
import { KeepingSink } from './columns.ts'
import { attempt, datagram, frameAt, observed, segment, type Step } from './observed.ts'

const doc = { doc: '' }
const octets = (...values: number[]): Uint8Array => Uint8Array.from(values)
const WORDS = ['none', 'one', 'two'] as const

/** A kind of field: what a hook reads and a record has before anything is written, and values that come back as they are. */
interface Kind {
  readonly field: Parameters<typeof state>[0]
  readonly unset: unknown
  readonly values: readonly unknown[]
}
const KINDS: Readonly<Record<string, Kind>> = {
  u8: { field: u8(doc), unset: 0, values: [255, 1, 0] },
  u16: { field: u16(doc), unset: 0, values: [65535, 256, 0] },
  u32: { field: u32(doc), unset: 0, values: [4294967295, 65536, 0] },
  u64: { field: u64(doc), unset: 0, values: [Number.MAX_SAFE_INTEGER, 4294967296, 0] },
  i32: { field: i32(doc), unset: 0, values: [-2147483648, 2147483647, -1, 0] },
  f32: { field: f32(doc), unset: 0, values: [0.5, -1.25, Infinity, 0] },
  f64: { field: f64(doc), unset: 0, values: [0.1, -1e300, Infinity, 0] },
  bool: { field: bool(doc), unset: false, values: [true, false] },
  address: { field: address(doc), unset: null, values: ['192.0.2.1', '2001:db8::1', '0.0.0.0', '::', null] },
  text: { field: text(doc), unset: null, values: ['x', '', 'größer als ASCII 🌊', null] },
  bytes: { field: bytes(doc), unset: null, values: [octets(1, 2, 3), octets(), octets(255), null] },
  word: { field: oneOf(WORDS, doc), unset: 'none', values: ['one', 'two', 'none'] },
  u8_or_none: { field: nullable(u8(doc)), unset: null, values: [0, 255, null] },
  u16_or_none: { field: nullable(u16(doc)), unset: null, values: [0, 65535, null] },
  u32_or_none: { field: nullable(u32(doc)), unset: null, values: [0, 4294967295, null] },
  u64_or_none: { field: nullable(u64(doc)), unset: null, values: [0, Number.MAX_SAFE_INTEGER, null] },
  i32_or_none: { field: nullable(i32(doc)), unset: null, values: [0, -1, null] },
  f32_or_none: { field: nullable(f32(doc)), unset: null, values: [0, 0.25, null] },
  f64_or_none: { field: nullable(f64(doc)), unset: NaN, values: [0, 0.1, NaN] },
  bool_or_none: { field: nullable(bool(doc)), unset: null, values: [false, true, null] },
  word_or_none: { field: nullable(oneOf(WORDS, doc)), unset: null, values: ['none', 'two', null] },
}
const inRecord = (value: unknown): unknown => (Number.isNaN(value) ? null : value)
type Open = Record<string, unknown>

describe.each(Object.entries(KINDS))('%s', (name, { field, unset, values }) => {
  const written = (directional: boolean): { chain: AnyChain; seen: unknown[] } => {
    const seen: unknown[] = []
    const fields = { before: u8(doc), x: field, behind: u8(doc) }
    const chain = defineChain({
      name: 'c', doc: '', ...(directional ? { directional: fields } : { fields }),
      newFlow(flow) { const view = (directional ? flow.side : flow) as unknown as Open; seen.push(view['x']); view['before'] = view['behind'] = 170 },
      ip(flow, _ip, _rev, packet) {
        const view = (directional ? flow.side : flow) as unknown as Open
        view['x'] = values[(packet.number - 1) % values.length]
        seen.push(view['x'])
      },
    })
    return { chain, seen }
  }

  it('is what was written, in hooks and in the record', async () => {
    for (const directional of [false, true]) {
      const { chain, seen } = written(directional)
      const { records } = await observed(values.map((_, i): Step => [i, datagram({ port: 1 + i })]), { chains: [chain] })
      expect(seen).toEqual(values.flatMap((value) => [unset, value]))
      const [x, before, behind] = directional ? ['x_fwd', 'before_fwd', 'behind_fwd'] : ['x', 'before', 'behind']
      expect(records.map((record) => record[x])).toEqual(values.map(inRecord))
      expect(records.every((record) => record[before] === 170 && record[behind] === 170)).toBe(true)
      if (directional) expect(records.map((record) => record['x_rev'])).toEqual(values.map(() => inRecord(unset)))
    }
  })

  it('may be written again', async () => {
    const { chain, seen } = written(false)
    const { records } = await observed(values.map((_, i): Step => [i, datagram()]), { chains: [chain] })
    expect(seen).toEqual([unset, ...values])
    expect(records[0]['x']).toEqual(inRecord(values.at(-1)))
  })

  it('has a first value of its own where it is not written', async () => {
    const chain = defineChain({ name: name.replaceAll('_', '-'), doc: '', fields: { x: field } })
    expect((await observed([[0, datagram()]], { chains: [chain] })).records[0]['x']).toEqual(inRecord(unset))
  })
})

describe('a field of a side', () => {
  it('is one of two: side is that of the packet, fwd and rev are always the same', async () => {
    const seen: unknown[] = []
    const chain = defineChain({
      name: 'c', doc: '', directional: { n: u32(doc), t: text(doc), l: list('u8', { doc: '', max: 4 }) },
      ip(flow, _ip, rev, packet) {
        flow.side.n += packet.number
        flow.side.t = `${flow.side.t ?? ''}${packet.number}`
        flow.side.l.push(packet.number)
        seen.push([flow.side.n, flow.fwd.n, flow.rev.n, flow.n_fwd, flow.n_rev, flow.fwd.t, flow.rev.t, rev ? flow.rev.l.length : flow.fwd.l.length])
        flow.n_rev += 100
        flow.fwd.n += 1000
      },
    })
    const { records } = await observed([[0, datagram()], [0, datagram({ back: true })], [0, datagram()]], { chains: [chain] })
    expect(seen).toEqual([[1, 1, 0, 1, 0, '1', null, 1], [102, 1001, 102, 1001, 102, '1', '2', 1], [2004, 2004, 202, 2004, 202, '13', '2', 2]])
    expect(records[0]).toMatchObject({ n_fwd: 3004, n_rev: 302, t_fwd: '13', t_rev: '2', l_fwd: [1, 3], l_rev: [2] })
  })
})

describe('text and bytes', () => {
  it('are cut to what fits', async () => {
    const chain = defineChain({ name: 'c', doc: '', fields: { t: text({ doc: '', max: 3 }), b: bytes({ doc: '', max: 2 }), long: text(doc) }, ip(flow) { flow.t = 'abcdef'; flow.b = octets(1, 2, 3); flow.long = 'x'.repeat(1000) } })
    expect((await observed([[0, datagram()]], { chains: [chain] })).records[0]).toMatchObject({ t: 'abc', b: octets(1, 2), long: 'x'.repeat(255) })
  })

  it.each([['Uint8Array', (size: number) => new Uint8Array(size)], ['Buffer', (size: number) => Buffer.alloc(size)]])('octets are copied when they are set: %s', async (_, make) => {
    const memory = make(8)
    const chain = defineChain({ name: 'c', doc: '', fields: { b: bytes(doc) }, ip(flow) { memory.fill(7); flow.b = memory.subarray(2, 5); memory.fill(9) } })
    expect((await observed([[0, datagram()]], { chains: [chain] })).records[0]['b']).toStrictEqual(octets(7, 7, 7))
  })
})

describe('a list', () => {
  it.each([['u8', 255], ['u16', 65535], ['u32', 4294967295], ['f64', 0.1]] as const)('of %s keeps what is pushed, and drops what does not fit', async (of, value) => {
    const seen: number[] = []
    const chain = defineChain({
      name: 'c', doc: '', fields: { odd: u8(doc), l: list(of, { doc: '', max: 3 }), m: list(of, { doc: '', max: 2 }) },
      ip(flow) { flow.odd = 255; flow.l.push(value); seen.push(flow.l.length, flow.l.capacity, flow.l.at(flow.l.length - 1), flow.l.at(flow.l.length), flow.l.at(-1)) },
    })
    const { records } = await observed(Array.from({ length: 4 }, (): Step => [0, datagram()]), { chains: [chain] })
    expect(seen).toEqual([1, 2, 3, 3].flatMap((length) => [length, 3, value, NaN, NaN]))
    expect(records[0]).toMatchObject({ odd: 255, l: [value, value, value], m: [] })
  })
})

describe('bins', () => {
  it('count, what is outside in the nearest', async () => {
    const chain = defineChain({ name: 'c', doc: '', fields: { b: bins(3, doc) }, ip({ b }) { b.add(1); b.add(1, 4294967290); b.add(-5); b.add(99, 2); expect([b.length, b.at(0), b.at(1), b.at(2), b.at(3)]).toEqual([3, 1, 4294967291, 2, NaN]) } })
    expect((await observed([[0, datagram()]], { chains: [chain] })).records[0]['b']).toEqual([1, 4294967291, 2])
  })
})

describe('a nullable list, and nullable bins', () => {
  it('are null until something is added; hooks see them empty', async () => {
    const chain = defineChain({
      name: 'c', doc: '', fields: { l: nullable(list('f64', { doc: '', max: 2 })), before: nullable(u8(doc)), b: nullable(bins(2, doc)) }, directional: { each: nullable(list('u8', { doc: '', max: 2 })) },
      udp(flow) {
        expect([flow.l.length, flow.b.at(0), flow.side.each.length]).toEqual([0, 0, 0])
        if (flow.key.sourcePort !== 1) { flow.l.push(0.5); flow.b.add(1, 0); flow.side.each.push(7) }
      },
    })
    const { records } = await observed([[0, datagram({ port: 1 })], [0, datagram({ port: 2 })], [0, segment(0, { port: 3 })]], { chains: [chain], maxFlows: 1 })
    expect(records).toMatchObject([{ l: null, before: null, b: null, each_fwd: null, each_rev: null }, { l: [0.5], before: null, b: [0, 0], each_fwd: [7], each_rev: null }, { l: null, b: null, each_fwd: null }])
  })
})

describe('what is no value of a field', () => {
  it.each<[string, Record<string, Kind['field']>, unknown]>([['a word', { x: oneOf(WORDS, doc) }, 'three'], ['an address', { x: address(doc) }, '192.0.2']])('stops the run: %s', async (_, fields, value) => {
    const chain = defineChain({ name: 'c', doc: '', fields, ip(flow) { (flow as unknown as Open)['x'] = value } })
    const { error } = await attempt([[0, datagram()]], { chains: [chain] })
    expect(error).toMatchObject({ code: 'WEIR_HOOK_THREW', message: expect.stringMatching(/'x'.*'(three|192\.0\.2)'/) as string })
  })
})

describe('state and scratch', () => {
  it('stay with the flow, and are no columns', async () => {
    const chain = defineChain({
      name: 'c', doc: '', fields: { n: state(u32(doc)), shown: u32(doc), parts: scratch<number[]>(), f: state(nullable(f64(doc))) }, directional: { each: state(u8(doc)), map: scratch<Map<number, number>>() },
      ip(flow, _ip, _rev, packet) {
        expect([flow.n === 0, flow.parts === null, Number.isNaN(flow.f)]).toEqual(Array(3).fill(flow.n === 0))
        flow.n += 1
        flow.f = flow.n
        ;(flow.parts ??= []).push(packet.number)
        ;(flow.side.map ??= new Map()).set(packet.number, flow.side.each += 1)
      },
      end(flow) { flow.shown = flow.n * 100 + flow.parts!.length * 10 + (flow.fwd.map?.size ?? 0) },
    })
    const { records } = await observed([[0, datagram()], [1, datagram()], [1, datagram({ port: 5 })], [2, datagram({ back: true })], [40, datagram()]], { chains: [chain] })
    expect(records.map(({ shown }) => shown)).toEqual([332, 111, 111])
    expect(Object.keys(records[0]).filter((key) => /^(n|parts|each|map|f)/.test(key))).toEqual(['first'])
  })
})

// what a packet writes is told by its number: one bit a field says whether it is written, another which value
const ALL = Object.entries(KINDS)
const fieldsOf = Object.fromEntries(ALL.map(([name, { field }]) => [name, field]))
const sized = { numbers: list('u16', { doc: '', max: 5 }), counts: bins(3, doc) }

/** Writes at random, and checks at every packet that it reads what the model says. */
function randomWriter(models: Map<number, Open[]>): AnyChain {
  const fresh = (): Open => ({ ...Object.fromEntries(ALL.map(([name, { unset }]) => [name, unset])), numbers: [], counts: [0, 0, 0] })
  const turn = (view: Open, model: Open, seed: number): void => {
    for (const [i, [name, { values }]] of ALL.entries()) {
      if (!Object.is(view[name], model[name])) expect(view[name]).toEqual(model[name])
      if (((seed * 2654435761) >>> (i % 31)) & 1) view[name] = model[name] = values[(seed + i) % values.length]
    }
    const numbers = model['numbers'] as number[]
    expect((view['numbers'] as ListView).length).toBe(numbers.length)
    if (seed % 3 === 0) (view['numbers'] as ListView).push(seed)
    if (seed % 3 === 0 && numbers.length < 5) numbers.push(seed)
    ;(view['counts'] as BinsView).add(seed % 3, seed)
    ;(model['counts'] as number[])[seed % 3] += seed
  }
  return defineChain({
    name: 'random', doc: '', fields: { ...fieldsOf, ...sized }, directional: { ...prefixed(fieldsOf), d_numbers: sized.numbers, d_counts: sized.counts },
    newFlow(_flow, _ip, _rev, packet) { models.set(packet.number, [fresh(), fresh(), fresh()]) },
    ip(flow, _ip, rev, packet) {
      const [whole, forward, reverse] = models.get(flow.key.number)!
      turn(flow as unknown as Open, whole, packet.number)
      turn(new Proxy(flow.side as Open, { get: (side, name) => side[`d_${String(name)}`], set: (side, name, value) => { side[`d_${String(name)}`] = value; return true } }), rev ? reverse : forward, packet.number * 7)
    },
  })
}
function prefixed<T>(fields: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [`d_${name}`, field]))
}

describe('many short flows', () => {
  it('use rows again: nothing of a flow is seen in another, and columns hold what records do', async () => {
    const packets = fc.array(fc.record({ port: fc.integer({ min: 1, max: 9 }), back: fc.boolean(), after: fc.nat(3) }), { minLength: 1, maxLength: 120 })
    await fc.assert(fc.asyncProperty(packets, fc.integer({ min: 1, max: 6 }), async (list_, maxFlows) => {
      let time = 0
      const steps = list_.map(({ port, back, after }): Step => [(time += after), datagram({ port, back })])
      const models = new Map<number, Open[]>()
      const { records } = await observed(steps, { chains: [id, randomWriter(models)], maxFlows, idleTimeout: 4 })
      for (const record of records) {
        const [whole, forward, reverse] = models.get(record['flow_id'] as number)!
        const side = (model: Open, name: string): Open => Object.fromEntries(Object.entries(model).map(([key, value]) => [`d_${key}_${name}`, inRecord(value)]))
        const expected = { ...Object.fromEntries(Object.entries(whole).map(([key, value]) => [key, inRecord(value)])), ...side(forward, 'fwd'), ...side(reverse, 'rev') }
        expect(record).toMatchObject(expected)
      }
      const sink = new KeepingSink()
      const frames = steps.map((step) => frameAt((step as [number, Uint8Array])[0], (step as [number, Uint8Array])[1]))
      await observe(new MemorySource(frames, { name: 'script' }), { chains: [basic, id, randomWriter(new Map())], maxFlows, idleTimeout: 4 }).writeTo(sink)
      expect(sink.records).toEqual(records.map((record) => ({ ...record, source: 'script' })))
    }), { numRuns: 40 })
  }, 30_000)
})

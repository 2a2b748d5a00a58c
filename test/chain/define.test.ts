import { describe, expect, it } from 'vitest'

import { type AnyChain, basic, ChainError, defineChain, isChain, list, observe, OptionError, state, tcp, u32, u8 } from '../../src/index.ts'
import { datagram, observed, type Step } from '../observer/observed.ts'

const doc = { doc: '' }
const made = (spec: object): AnyChain => defineChain({ name: 'made', doc: '', ...spec })

describe('a chain', () => {
  it('is a plain object, and can be told from others', () => {
    const chain = made({ fields: { a: u8(doc) } })
    expect(chain).toMatchObject({ name: 'made', doc: '', requires: [], fields: { a: { kind: 'u8' } } })
    expect([isChain(chain), isChain({ ...chain }), isChain(null), isChain('basic')]).toEqual([true, false, false, false])
  })

  it('says which columns it adds: its fields, then those of the sides, forward first; state is none', () => {
    const { columns } = defineChain({ name: 'x', doc: '', directional: { b: u8({ doc: 'B', unit: 'octets', ie: 'octetDeltaCount', rfc: 'RFC 791' }), c: state(u8(doc)) }, fields: { a: u8(doc), d: state(u8(doc)) } })
    expect(columns).toEqual([
      { name: 'a', kind: 'u8', chain: 'x', doc: '', nullable: false },
      { name: 'b_fwd', kind: 'u8', chain: 'x', doc: 'B', unit: 'octets', ie: 'octetDeltaCount', rfc: 'RFC 791', nullable: false, side: 'fwd' },
      { name: 'b_rev', kind: 'u8', chain: 'x', doc: 'B', unit: 'octets', ie: 'octetDeltaCount', rfc: 'RFC 791', nullable: false, side: 'rev' },
    ])
  })

  it.each<[string, object, string]>([
    ['a name with a capital', { name: 'Made' }, 'WEIR_CHAIN_NAME'],
    ['no name', { name: '' }, 'WEIR_CHAIN_NAME'],
    ['a name with a comma', { name: 'a,b' }, 'WEIR_CHAIN_NAME'],
    ['a field with a capital', { fields: { synFlags: u8(doc) } }, 'WEIR_CHAIN_FIELD'],
    ['a field that begins with a digit', { fields: { '1a': u8(doc) } }, 'WEIR_CHAIN_FIELD'],
    ['a field that the record has', { fields: { end_reason: u8(doc) } }, 'WEIR_CHAIN_FIELD'],
    ['a field that the view has', { fields: { side: u8(doc) } }, 'WEIR_CHAIN_FIELD'],
    ['a field that is one of a side, too', { fields: { a_rev: u8(doc) }, directional: { a: u8(doc) } }, 'WEIR_CHAIN_FIELD'],
    ['a hook that is no function', { tcp: 5 }, 'WEIR_CHAIN_HOOK'],
  ])('is refused with %s', (_, spec, code) => {
    expect(() => made(spec)).toThrow(ChainError)
    expect(() => made(spec)).toThrow(expect.objectContaining({ code }) as Error)
  })
})

describe('chains together', () => {
  const one = defineChain({ name: 'one', doc: '', fields: { a: u8(doc), x_fwd: u8(doc) } })
  // as chains that are loaded by name: the compiler does not know them
  const together = (...chains: AnyChain[]) => observe([], { chains })

  it.each<[string, AnyChain[], string, RegExp]>([
    ['declare one field', [one, defineChain({ name: 'two', doc: '', fields: { a: u8(doc) } })], 'WEIR_CHAIN_CLASH', /'two'.*'a'.*'one'/],
    ['declare one column', [one, defineChain({ name: 'two', doc: '', directional: { x: u8(doc) } })], 'WEIR_CHAIN_CLASH', /'two'.*'x_fwd'.*'one'/],
    ['declare one field, as state', [one, defineChain({ name: 'two', doc: '', fields: { a: state(u8(doc)) } })], 'WEIR_CHAIN_CLASH', /'two'.*'a'.*'one'/],
    ['have one name', [one, defineChain({ name: 'one', doc: '' })], 'WEIR_CHAIN_CLASH', /'one'/],
    ['clash through what one requires', [one, defineChain({ name: 'three', doc: '', requires: [defineChain({ name: 'two', doc: '', fields: { a: u8(doc) } })] })], 'WEIR_CHAIN_CLASH', /'two'.*'a'.*'one'/],
  ])('are refused when they %s: a ChainError that names both', (_, chains, code, message) => {
    expect(() => together(...chains)).toThrow(ChainError)
    expect(() => together(...chains)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error)
  })

  it('named twice are an OptionError', () => {
    expect(() => together(one, basic, one)).toThrow(OptionError)
    expect(() => together(one, basic, one)).toThrow(/'one'.*twice/)
  })

  it('that are none are a ChainError', () => {
    expect(() => together({ name: 'x' } as AnyChain)).toThrow(expect.objectContaining({ name: 'ChainError', code: 'WEIR_CHAIN_NAME' }) as Error)
  })

  it('may be none: flows are counted', async () => {
    const observer = together()
    expect(observer.schema.columns.map(({ name }) => name)).toEqual(['first', 'last', 'end_reason'])
  })

  it('that one requires come along before it, once', () => {
    const base = defineChain({ name: 'base', doc: '', fields: { b: u8(doc) } })
    const left = defineChain({ name: 'left', doc: '', requires: [base], fields: { l: u8(doc) } })
    const right = defineChain({ name: 'right', doc: '', requires: [base, left], fields: { r: u8(doc) } })
    expect(together(right, base).schema.columns.map(({ name }) => name)).toEqual(['first', 'last', 'b', 'l', 'r', 'end_reason'])
  })
})

describe('a chain that requires another', () => {
  const counts = defineChain({
    name: 'counts', doc: '', fields: { all: u32(doc), hidden: state(u32(doc)), lengths: list('u16', { doc: '', max: 8 }) }, directional: { each: u32(doc) },
    ip(flow, ip) { flow.all += 1; flow.hidden += 2; flow.side.each += 1; flow.lengths.push(ip.totalLength) },
  })
  const steps: Step[] = [[0, datagram()], [0, datagram()], [0, datagram({ back: true })]]

  it('reads its fields, of the flow and the sides, with those of this packet', async () => {
    const seen: number[][] = []
    const reader = defineChain({
      name: 'reader', doc: '', requires: [counts],
      ip(flow) { seen.push([flow.all, flow.hidden, flow.side.each, flow.fwd.each, flow.rev.each, flow.each_fwd, flow.each_rev, flow.lengths.length]) },
      end(flow) { seen.push([flow.all, flow.lengths.at(2)]) },
    })
    await observed(steps, { chains: [reader] })
    expect(seen).toEqual([[1, 2, 1, 1, 0, 1, 0, 1], [2, 4, 2, 2, 0, 2, 0, 2], [3, 6, 1, 2, 1, 2, 1, 3], [3, 28]])
  })

  it.each(['all', 'each_fwd'])('cannot write %s', async (name) => {
    const writer = defineChain({ name: 'writer', doc: '', requires: [counts], ip(flow) { (flow as unknown as Record<string, number>)[name] = 9 } })
    await expect(observed(steps, { chains: [writer] })).rejects.toMatchObject({ code: 'WEIR_HOOK_THREW', chain: 'writer', hook: 'ip', packet: 1 })
  })

  it.each(['side', 'fwd', 'rev'] as const)('cannot write flow.%s', async (side) => {
    const writer = defineChain({ name: 'writer', doc: '', requires: [counts], ip(flow) { (flow[side] as Record<string, number>)['each'] = 9 } })
    await expect(observed(steps, { chains: [writer] })).rejects.toMatchObject({ code: 'WEIR_HOOK_THREW' })
  })

  it('keeps its own fields apart', async () => {
    const own = defineChain({ name: 'own', doc: '', requires: [counts], fields: { mine: u32(doc) }, directional: { ours: u32(doc) }, ip(flow) { flow.mine = flow.all * 10; flow.side.ours = flow.side.each * 100 } })
    const { records } = await observed(steps, { chains: [own, tcp] })
    expect(records[0]).toMatchObject({ all: 3, each_fwd: 2, each_rev: 1, mine: 30, ours_fwd: 200, ours_rev: 100 })
    expect(records[0]).not.toHaveProperty('hidden')
  })
})

describe('a field', () => {
  it('may have any name that the record does not', async () => {
    const names = ['mark', 'parts', 'required', 'b8', 'b4', 'b2', 'b1', 'constructor', 'name', 'length', 'end', 'ip', 'value', 'row', 'pool', 'then']
    const fields = Object.fromEntries(names.map((name) => [name, u32(doc)]))
    const odd = defineChain({
      name: 'odd', doc: '', fields, directional: fields,
      ip(flow) { names.forEach((name, i) => { (flow as unknown as Record<string, number>)[name] += i; (flow.side as Record<string, number>)[name] += 100 + i }) },
    })
    const { records } = await observed([[0, datagram()], [0, datagram()]], { chains: [odd] })
    for (const [i, name] of names.entries()) expect([name, records[0][name], records[0][`${name}_fwd`], records[0][`${name}_rev`]]).toEqual([name, 2 * i, 200 + 2 * i, 0])
  })
})

import { describe, expect, it } from 'vitest'

import { nearest } from '../../src/schema/nearest.ts'
import { type AnyChain, basic, chainsByName, defineChain, tcp } from '../../src/index.ts'

describe('chainsByName', () => {
  it('finds chains by name, in the order in which they are named', () => {
    expect(chainsByName('tcp, BASIC,')).toEqual([tcp, basic])
  })

  it('says which name is none, which is near, and which there are', () => {
    expect(() => chainsByName('basic,tpc')).toThrow(/^there is no chain 'tpc': did you mean tcp\? there are basic, tcp, /)
    expect(() => chainsByName('weather')).toThrow(/^there is no chain 'weather': there are basic, tcp, /)
  })

  it('makes chains with options', () => {
    const [, chain] = chainsByName('basic, splt:n=50')
    expect(chain.columns.map(({ max }) => max)).toEqual([50, 50, 50])
    expect(chainsByName('splt')[0].columns[0].max).toBe(20)
  })

  it.each([
    ['splt:m=5', "chain 'splt' has no option 'm': it takes n"],
    ['splt:n', "chain 'splt': 'n' gives n no number: write splt:n=20"],
    ['splt:n=', "chain 'splt': 'n=' gives n no number: write splt:n=20"],
    ['splt:n=1=2', "chain 'splt': 'n=1=2' gives n no number: write splt:n=20"],
    ['splt:n=0', "chain 'splt': n is 0: it must be a whole number from 1 to 1000"],
    ['splt:', "chain 'splt' has no option '': it takes n"],
    ['basic:n=5', "chain 'basic' takes no options: leave away ':n=5'"],
    ['toString:n=5', "there is no chain 'toString': "],
  ])('%s is refused', (names, message) => {
    expect(() => chainsByName(names)).toThrow(message)
  })

  it('knows chains of the user before its own', () => {
    const mine = defineChain({ name: 'mine', doc: '' }), other = defineChain({ name: 'tcp', doc: '' })
    expect(chainsByName('mine,tcp', new Map<string, AnyChain>([['mine', mine], ['tcp', other]]))).toEqual([mine, other])
    expect(() => chainsByName('mien', new Map([['mine', mine]]))).toThrow("there is no chain 'mien': did you mean mine? there are mine, basic, ")
  })
})

describe('nearest', () => {
  it.each([
    ['tpc', 'tcp'], ['tc', 'tcp'], ['tccp', 'tcp'], ['tcq', 'tcp'], ['bsaci', null], ['basci', 'basic'], ['handshkae', 'handshake'], ['hndshkae', 'handshake'], ['udp', null], ['', null],
  ])('%s: %s', (wrong, meant) => {
    expect(nearest(wrong, ['basic', 'tcp', 'handshake'])).toBe(meant)
  })
})

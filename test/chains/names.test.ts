import { describe, expect, it } from 'vitest'

import { nearest } from '../../src/chains/nearest.ts'
import { basic, chainsByName, tcp } from '../../src/index.ts'

describe('chainsByName', () => {
  it('finds chains by name, in the order in which they are named', () => {
    expect(chainsByName('tcp, BASIC,')).toEqual([tcp, basic])
  })

  it('says which name is none, which is near, and which there are', () => {
    expect(() => chainsByName('basic,tpc')).toThrow(/^there is no chain 'tpc': did you mean tcp\? there are basic, tcp, /)
    expect(() => chainsByName('weather')).toThrow(/^there is no chain 'weather': there are basic, tcp, /)
  })
})

describe('nearest', () => {
  it.each([
    ['tpc', 'tcp'], ['tc', 'tcp'], ['tccp', 'tcp'], ['tcq', 'tcp'], ['bsaci', null], ['basci', 'basic'], ['handshkae', 'handshake'], ['hndshkae', 'handshake'], ['udp', null], ['', null],
  ])('%s: %s', (wrong, meant) => {
    expect(nearest(wrong, ['basic', 'tcp', 'handshake'])).toBe(meant)
  })
})

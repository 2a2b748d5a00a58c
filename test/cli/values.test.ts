import { describe, expect, it } from 'vitest'

import { count, duration, idleTimeout } from '../../src/cli/values.ts'
import { OptionError } from '../../src/index.ts'

describe('a number', () => {
  it.each([['1', 1], ['0010', 10], ['9007199254740991', Number.MAX_SAFE_INTEGER]])('%s', (text, value) => {
    expect(count('--limit', 1)(text)).toBe(value)
  })

  it.each(['0', '-1', '1e3', '1.0', '1,000', '0x10', '', ' 1', '1k', 'many', 'Infinity', '9007199254740993'])('is not %j', (text) => {
    expect(() => count('--limit', 1)(text)).toThrow(new OptionError('WEIR_OPTION_VALUE', `--limit cannot be '${text}': give a whole number, 1 or more, in digits alone`))
  })
})

describe('a time', () => {
  it.each([['30', 30], ['0', 0], ['0.25', 0.25], ['500ms', 0.5], ['30s', 30], ['5m', 300], ['1h', 3600], ['1.5h', 5400], ['1d', 86_400]])('%s', (text, value) => {
    expect(duration('--expiry-delay')(text)).toBeCloseTo(value, 9)
  })

  it.each(['', '-1', '1e3', '.5', '5.', '5 m', '5M', '1h30m', 'NaN', 'never', '1w'])('is not %j', (text) => {
    expect(() => duration('--expiry-delay')(text)).toThrow(`--expiry-delay cannot be '${text}': give seconds`)
  })
})

describe('idle timeouts', () => {
  it.each<[string, Record<string, number>]>([
    ['30', { default: 30 }],
    ['5m', { default: 300 }],
    ['tcp=300,udp=30', { 6: 300, 17: 30 }],
    ['60,tcp=300', { default: 60, 6: 300 }],
    ['TCP=5m, default=1m', { default: 60, 6: 300 }],
    ['icmp=1,icmp6=2,sctp=3,dccp=4,udplite=5,47=6,0=7,255=8', { 1: 1, 58: 2, 132: 3, 33: 4, 136: 5, 47: 6, 0: 7, 255: 8 }],
  ])('%s', (text, expected) => {
    expect(idleTimeout('--idle-timeout')(text)).toEqual(expected)
  })

  it.each([
    ['ctp=3', "--idle-timeout knows no protocol 'ctp': use "],
    ['256=3', "--idle-timeout knows no protocol '256'"],
    ['toString=3', "--idle-timeout knows no protocol 'tostring'"],
    ['=3', "--idle-timeout knows no protocol ''"],
    ['tcp=', "--idle-timeout cannot be ''"],
    ['tcp=3=4', "--idle-timeout cannot be '3=4'"],
    ['', "--idle-timeout cannot be ''"],
    ['30,', "--idle-timeout cannot be ''"],
    ['tcp=1,6=2', '--idle-timeout has two times for 6: give one'],
    ['30,default=20', '--idle-timeout has two times for every other protocol: give one'],
  ])('%s is refused', (text, message) => {
    expect(() => idleTimeout('--idle-timeout')(text)).toThrow(message)
  })
})

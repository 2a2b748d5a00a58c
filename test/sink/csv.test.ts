import { describe, expect, it } from 'vitest'

import { csv, tsv } from '../../src/sink/csv.ts'
import { batchOf, type Given } from './batch.ts'
import { writtenBy } from './memory.ts'

const column = (kind: Given['kind'], values: unknown[], more: Partial<Given> = {}): Given => ({ name: 'x', kind, values, ...more })
const MIXED = batchOf([
  { name: 'first', kind: 'time', values: [[1277840495, 135052000], [0, 1]] },
  { name: 'sip', kind: 'address', values: ['192.0.2.1', '2001:db8::1'] },
  { name: 'sp', kind: 'u16', values: [null, 65535] },
  { name: 'connected', kind: 'bool', values: [true, false] },
  { name: 'name', kind: 'text', values: [null, 'a, "b"'] },
  { name: 'sizes', kind: 'list', values: [[1, 20], []] },
  { name: 'end_reason', kind: 'oneOf', labels: ['', 'idle', 'active'], values: ['idle', 'active'] },
])

describe('separated values', () => {
  it('with commas', async () => {
    expect((await writtenBy(csv, MIXED)).text).toBe(`first,sip,sp,connected,name,sizes,end_reason
1277840495.135052000,192.0.2.1,,true,,"[1,20]",idle
0.000000001,2001:db8::1,65535,false,"a, ""b""","[]",active
`)
  })

  it('with tabs', async () => {
    expect((await writtenBy(tsv, MIXED)).text).toBe(`first\tsip\tsp\tconnected\tname\tsizes\tend_reason
1277840495.135052000\t192.0.2.1\t\ttrue\t\t[1,20]\tidle
0.000000001\t2001:db8::1\t65535\tfalse\t"a, ""b"""\t[]\tactive
`)
  })

  it.each<[string, Given, string[]]>([
    ['a text without characters is not null', column('text', ['', null]), ['""', '']],
    ['octets likewise', column('bytes', [new Uint8Array(0), null, Uint8Array.of(0, 255)]), ['""', '', '00ff']],
    ['separators and quotes are quoted', column('text', ['a,b', '"', 'a b', ' a']), ['"a,b"', '""""', 'a b', ' a']],
    ['text beyond ASCII', column('text', ['Wehr über 水 🌊', '\ud83c']), ['"Wehr über 水 🌊"', '"\ufffd"']],
    ['numbers that are none', column('f64', [Number.NaN, Infinity, 0.5], { nan: true }), ['', '', '0.5']],
    ['labels', column('oneOf', ['a,b', ''], { labels: ['', 'a,b'] }), ['"a,b"', '""']],
    ['no list', column('bins', [null, [1, 2.5]]), ['', '"[1,2.5]"']],
    ['no address', column('address', [null, '::']), ['', '::']],
  ])('%s', async (_, given, expected) => {
    expect((await writtenBy(csv, batchOf([given]))).text).toBe(['x', ...expected, ''].join('\n'))
  })

  it('ends of lines are quoted', async () => {
    expect((await writtenBy(tsv, batchOf([column('text', ['a\tb', 'a\r\nb'])]))).text).toBe('x\n"a\tb"\n"a\r\nb"\n')
  })

  it('names are quoted where they must be', async () => {
    expect((await writtenBy(csv, batchOf([{ name: 'a,"b', kind: 'u8', values: [1] }]))).text).toBe('"a,""b"\n1\n')
  })

  it('has a line of names where there are no records', async () => {
    expect((await writtenBy(csv, batchOf([column('u8', [])]))).text).toBe('x\n')
  })
})

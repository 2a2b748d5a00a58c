import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { ndjson } from '../../src/sink/ndjson.ts'
import { columns } from './any.ts'
import { batchOf, type Given } from './batch.ts'
import { linesOf, MemoryTarget } from './memory.ts'

const column = (kind: Given['kind'], values: unknown[], more: Partial<Given> = {}): Given => ({ name: 'x', kind, values, ...more })
const lineOf = async (given: Given): Promise<string> => (await linesOf(batchOf([given]))).join('|')

describe('a line of NDJSON', () => {
  it('has its columns in order and no spaces', async () => {
    const lines = await linesOf(batchOf([
      { name: 'first', kind: 'time', values: [[1277840495, 135052000], [0, 1]] },
      { name: 'end_reason', kind: 'oneOf', labels: ['', 'idle', 'active'], values: ['idle', 'active'] },
      { name: 'sip', kind: 'address', values: ['192.0.2.1', '2001:db8::1'] },
      { name: 'pkt_fwd', kind: 'u64', values: [3, 2 ** 53 - 1] },
      { name: 'tcp_connected', kind: 'bool', values: [true, false] },
      { name: 'tcp_synflags_fwd', kind: 'u16', values: [null, 4095] },
      { name: 'sizes', kind: 'list', values: [[], [1, 20, 300]] },
    ]))
    expect(lines).toEqual([
      '{"first":1277840495.135052000,"end_reason":"idle","sip":"192.0.2.1","pkt_fwd":3,"tcp_connected":true,"tcp_synflags_fwd":null,"sizes":[]}',
      '{"first":0.000000001,"end_reason":"active","sip":"2001:db8::1","pkt_fwd":9007199254740991,"tcp_connected":false,"tcp_synflags_fwd":4095,"sizes":[1,20,300]}',
    ])
  })

  it.each<[string, Given, string]>([
    ['times of nine decimals', column('time', [[4294967295, 999999999], [1, 0]]), '{"x":4294967295.999999999}|{"x":1.000000000}'],
    ['nanoseconds that no double holds', column('i64', [[1277840495, 135052001], [4294967295, 999999999], [0, 7], [0, 0]]), '{"x":1277840495135052001}|{"x":4294967295999999999}|{"x":7}|{"x":0}'],
    ['floats', column('f32', [0.5, Math.fround(0.1)]), '{"x":0.5}|{"x":0.10000000149011612}'],
    ['a NaN that stands for null', column('f64', [null, 0.25], { nan: true }), '{"x":null}|{"x":0.25}'],
    ['what JSON has no number for', column('f64', [Number.NaN, Infinity, -Infinity]), '{"x":null}|{"x":null}|{"x":null}'],
    ['counters that are none', column('u64', [-1, 1.5, 1e300, Number.NaN]), '{"x":-1}|{"x":1.5}|{"x":1e+300}|{"x":null}'],
    ['octets in hexadecimal', column('bytes', [Uint8Array.of(0, 1, 0xab, 0xff), new Uint8Array(0), null]), '{"x":"0001abff"}|{"x":""}|{"x":null}'],
    ['control characters and quotes', column('text', ['a"b\\c\n\u0000\u007f', '']), '{"x":"a\\"b\\\\c\\n\\u0000\u007f"}|{"x":""}'],
    ['text beyond ASCII', column('text', ['Wehr über 水 🌊', null]), '{"x":"Wehr über 水 🌊"}|{"x":null}'],
    ['lone surrogates', column('text', ['\ud83c', 'a\udf0ab']), '{"x":"\\ud83c"}|{"x":"a\\udf0ab"}'],
    ['labels with quotes', column('oneOf', ['a"b'], { labels: ['', 'a"b'] }), '{"x":"a\\"b"}'],
    ['no address', column('address', [null, '::', '::ffff:192.0.2.1']), '{"x":null}|{"x":"::"}|{"x":"::ffff:192.0.2.1"}'],
    ['bins', column('bins', [[0, 0.5, Number.NaN], null]), '{"x":[0,0.5,null]}|{"x":null}'],
    ['a name with quotes', { name: 'ä"', kind: 'u8', values: [1] }, '{"ä\\"":1}'],
  ])('%s', async (_, given, expected) => {
    expect(await lineOf(given)).toBe(expected)
  })

  it('writes a code without a label as null', async () => {
    const batch = batchOf([column('oneOf', ['b'], { labels: ['a', 'b'] })])
    const [{ labels: _, ...rest }] = batch.columns
    expect(await linesOf({ ...batch, columns: [rest as (typeof batch.columns)[number]] })).toEqual(['{"x":null}'])
  })
})

function expectedOf({ kind, values }: Given, i: number): unknown {
  const value = values[i]
  if (kind === 'time') return Number(`${(value as number[])[0]}.${String((value as number[])[1]).padStart(9, '0')}`)
  if (kind === 'i64') return Number(BigInt((value as number[])[0]) * 1_000_000_000n + BigInt((value as number[])[1]))
  if (kind === 'bytes' && value !== null) return Buffer.from(value as Uint8Array).toString('hex')
  // JSON knows no -0
  return JSON.parse(JSON.stringify(value))
}

it('is what JSON.parse reads as the same values, whatever the kinds and the layout', async () => {
  await fc.assert(fc.asyncProperty(columns, fc.nat(4), fc.integer({ min: 2, max: 9 }), async (given, offset, stride) => {
    const lines = await linesOf(batchOf(given, { offset, stride }))
    expect(lines).toHaveLength(given[0].values.length)
    lines.forEach((line, i) => {
      expect(Object.entries(JSON.parse(line))).toEqual(Object.entries(Object.fromEntries(given.map((column) => [column.name, expectedOf(column, i)]))))
    })
  }), { numRuns: 500 })
})

describe('blocks', () => {
  it('are written whole and in order by a slow target, larger ones too', async () => {
    const target = new MemoryTarget(3)
    const sink = ndjson(target)
    const batch = batchOf([column('u32', Array.from({ length: 5000 }, (_, i) => i)), { name: 'y', kind: 'text', values: Array.from({ length: 5000 }, (_, i) => (i === 2500 ? 'ü'.repeat(400_000) : 'a'.repeat(i % 200))) }])
    await sink.open({ columns: batch.columns })
    for (let n = 0; n < 4; n++) await sink.write(batch)
    await sink.close()
    const lines = target.text.trimEnd().split('\n').map((line) => JSON.parse(line))
    expect(lines.map(({ x }) => x)).toEqual(Array.from({ length: 20_000 }, (_, i) => i % 5000))
    expect(lines[7500].y).toBe('ü'.repeat(400_000))
    expect(target.closed).toBe(1)
  })

  it('are handed over at the end of a batch when the target is idle', async () => {
    const target = new MemoryTarget()
    const sink = ndjson(target)
    const batch = batchOf([column('u8', [1])])
    await sink.open({ columns: batch.columns })
    await sink.write(batch)
    await new Promise(setImmediate)
    expect(target.text).toBe('{"x":1}\n')
    await sink.close()
  })

  it('tell apart batches that have other memory, and read values that were replaced', async () => {
    const one = batchOf([column('u8', [1])], { id: 1 }), two = batchOf([column('u8', [2])], { id: 2 })
    expect(await linesOf(one, two, one)).toEqual(['{"x":1}', '{"x":2}', '{"x":1}'])
    const [before] = batchOf([column('text', ['a'])]).columns
    const target = new MemoryTarget()
    const sink = ndjson(target)
    await sink.open({ columns: [before] })
    await sink.write({ id: 1, length: 1, columns: [before] })
    Object.assign(before, { values: ['b', 'c'] })
    await sink.write({ id: 1, length: 2, columns: [before] })
    await sink.close()
    expect(target.text).toBe('{"x":"a"}\n{"x":"b"}\n{"x":"c"}\n')
  })

  it('that a target fails to write stop the run, and the target is closed', async () => {
    let closed = 0
    const failure = new Error('full')
    const sink = ndjson({ write: () => Promise.reject(failure), close: async () => void closed++ })
    const batch = batchOf([column('u8', [1])])
    await sink.open({ columns: batch.columns })
    await sink.write(batch)
    await new Promise(setImmediate)
    await expect(sink.write(batch)).rejects.toBe(failure)
    await expect(sink.close()).rejects.toBe(failure)
    expect(closed).toBe(1)
  })

  it('go to a target that writes synchronously', async () => {
    const seen: string[] = []
    const sink = ndjson({ write: (bytes) => void seen.push(Buffer.from(bytes).toString()), close: async () => {} })
    const batch = batchOf([column('u8', [1, 2])])
    await sink.open({ columns: batch.columns })
    await sink.write(batch)
    await sink.close()
    expect(seen.join('')).toBe('{"x":1}\n{"x":2}\n')
  })

  it('of no records are nothing', async () => {
    expect(await linesOf(batchOf([]))).toEqual([])
  })
})

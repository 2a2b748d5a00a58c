import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { PATIENCE, recordsOf, WEB, weir } from './run.ts'

/** Far from any copy of weir. */
let directory: string
const at = (name: string): string => join(directory, name)

const MODULES: Readonly<Record<string, string>> = {
  'plain.mjs': `import { basic, defineChain, u64 } from 'flowweir'
export const small = defineChain({ name: 'small', doc: 'Small packets.', requires: [basic], fields: { small: u64({ doc: 'Packets below 100 octets' }) }, ip(flow, ip) { if (ip.totalLength < 100) flow.small += 1 } })
export const twice = defineChain({ name: 'twice', doc: 'Twice the packets.', requires: [basic], fields: { twice: u64({ doc: 'Packets, twice' }) }, end(flow) { flow.twice = 2 * (flow.pkt_fwd + flow.pkt_rev) } })
export const unrelated = 3
`,
  'typed.ts': `import { basic, defineChain, u64, type IpView } from 'flowweir'
import { recordsOf } from 'flowweir/testing'
import { limit } from './limit.ts'
enum Unit { Octet = 1 }
const isSmall = (ip: IpView): boolean => ip.totalLength * Unit.Octet < limit && typeof recordsOf === 'function'
export const typed = defineChain({ name: 'typed', doc: 'Small packets.', requires: [basic], fields: { typed: u64({ doc: 'Packets below the limit' }) }, ip(flow, ip) { if (isSmall(ip)) flow.typed += 1 } })
`,
  'limit.ts': 'export const limit: number = 100\n',
  'maker.mjs': `import { defineChain, u64 } from 'flowweir'
export function below({ length = 100 } = {}) {
  return defineChain({ name: 'below', doc: 'Small packets.', fields: { below: u64({ doc: 'Packets below ' + length }) }, ip(flow, ip) { if (ip.totalLength < length) flow.below += 1 } })
}
export function none() { return 7 }
`,
  'none.mjs': 'export const one = 1, two = 2\n',
  'empty.mjs': '',
  'wrong.mjs': 'export const = 1\n',
  'fails.mjs': "throw new Error('not today')\n",
  'throws.mjs': `import { defineChain } from 'flowweir'
export default defineChain({ name: 'throws', doc: 'Throws.', ip(flow, ip, rev, packet) { if (packet.number === 7) throw new Error('no more') } })
`,
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-'))
  mkdirSync(at('deep'))
  for (const [name, text] of Object.entries(MODULES)) writeFileSync(at(name), text)
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const observe = (module: string, ...more: string[]) => weir(['observe', WEB, '--chain-module', at(module), ...more])

describe('weir observe --chain-module', { timeout: PATIENCE }, () => {
  it('uses every chain of a module, wherever it lies', () => {
    const { status, out, err } = observe('plain.mjs')
    expect({ status, err }).toEqual({ status: 0, err: '' })
    const records = recordsOf(out)
    expect(Object.keys(records[0]).slice(-3)).toEqual(['small', 'twice', 'end_reason'])
    for (const { twice, pkt_fwd, pkt_rev } of records) expect(twice).toBe(2 * (Number(pkt_fwd) + Number(pkt_rev)))
    expect(records.some(({ small }) => Number(small) > 0)).toBe(true)
  })

  it('reads TypeScript, and what it imports', () => {
    const { status, out, err } = observe('typed.ts')
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(recordsOf(out).map(({ typed }) => typed)).toEqual(recordsOf(observe('plain.mjs').out).map(({ small }) => small))
  })

  it('takes several, in the order in which they are named', () => {
    const { out } = observe('plain.mjs', '-c', 'twice,basic', '--chain-module', at('typed.ts'))
    expect(Object.keys(recordsOf(out)[0]).slice(-4)).toEqual(['twice', 'small', 'typed', 'end_reason'])
  })

  it('makes chains with options', () => {
    const below = (names: string) => recordsOf(observe('maker.mjs', '-c', names).out).map((record) => record['below'])
    expect(below('basic,tcp,below')).toEqual(recordsOf(observe('plain.mjs').out).map(({ small }) => small))
    expect(below('basic,below:length=1')).toEqual(below('basic,below').map(() => 0))
  })

  it.each([
    ['none.mjs', [], /^weir: \S+none\.mjs exports no chain, only one, two: export what defineChain returns\n$/],
    ['empty.mjs', [], /^weir: \S+ exports no chain, nor anything else: /],
    ['maker.mjs', [], /^weir: \S+ exports no chain, only functions: name one that makes a chain, as in -c basic,below,none\n$/],
    ['wrong.mjs', [], /^weir: \S+: SyntaxError: .*\n$/],
    ['fails.mjs', [], /^weir: \S+: Error: not today\n$/],
    ['there-is-none.ts', [], /^weir: \S+: there is no such file\n$/],
  ])('%s is refused', (module, more, message) => {
    expect(observe(module, ...more)).toMatchObject({ status: 4, out: '', err: expect.stringMatching(message) })
  })

  it('a function that makes no chain, and a name that is none, are wrong usage', () => {
    expect(observe('maker.mjs', '-c', 'none')).toMatchObject({ status: 2, err: "weir: 'none' is a function that made no chain: it must return what defineChain returns\n" })
    expect(observe('plain.mjs', '-c', 'smal')).toMatchObject({ status: 2, err: expect.stringMatching(/^weir: there is no chain 'smal': did you mean small\? there are small, twice, basic, /) })
  })

  it('a chain that throws ends the run with 4, and says where; what was seen is written', () => {
    const { status, out, err } = observe('throws.mjs')
    expect({ status, err }).toEqual({ status: 4, err: "weir: chain 'throws', hook 'ip', packet 7: Error: no more\n" })
    expect(recordsOf(out).length).toBeGreaterThan(0)
  })

  it('says what to install where TypeScript cannot be read', () => {
    const without = "import { register } from 'node:module'; register('data:text/javascript,export function resolve(s, c, n) { if (s === %22jiti%22) throw new Error(%22absent%22); return n(s, c) }')"
    const { status, err } = weir(['observe', WEB, '--chain-module', at('typed.ts')], { env: { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(without)}"` } })
    expect({ status, err }).toEqual({ status: 4, err: `weir: ${at('typed.ts')} is TypeScript, which jiti reads: npm install jiti@2.7.0, or compile it\n` })
  })
})

describe('weir chains --chain-module', { timeout: PATIENCE }, () => {
  it('shows what a module exports', () => {
    const { status, out } = weir(['chains', '--chain-module', at('plain.mjs')])
    expect(status).toBe(0)
    expect(out).toMatch(/^small: Small packets\. \(Brings basic\.\)\n {2}small +u64 +Packets below 100 octets\n\ntwice: /)
  })
})

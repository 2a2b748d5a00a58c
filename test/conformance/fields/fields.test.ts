import { beforeAll, describe, expect, it } from 'vitest'

import { captures, CORPORA, hasCorpora } from '../../truth/corpora.ts'
import { compare, compareFields, type FieldResult, reportFields } from './compare.ts'
import { nettisa } from './tools/nettisa.ts'
import { phists } from './tools/phists.ts'
import { pstats } from './tools/pstats.ts'

const present = hasCorpora(CORPORA)

describe.skipIf(!present)(`chains say what others say${present ? '' : ' (skipped: WEIR_CORPORA names no corpora)'}`, () => {
  let results: readonly FieldResult[] = []
  beforeAll(async () => {
    results = await compareFields(CORPORA)
  }, 120_000)

  it('every value is equal, or a rule says why not', () => {
    expect(results.flatMap(({ capture, unexplained }) => unexplained.map((each) => `${capture}: ${each}`))).toEqual([])
  })

  it('with PATHspider, tcptrace, Zeek, ipfixprobe, Community ID and FlowTest', () => {
    expect(new Set(results.map(({ tool }) => tool.split(' ')[0]))).toEqual(new Set(['pathspider', 'tcptrace', 'zeek', 'ipfixprobe', 'community-id', 'flowtest']))
    expect(results.filter(({ tool }) => tool === 'pathspider tests').length).toBeGreaterThanOrEqual(43)
  })

  it('ipfixprobe: what each plugin says, errors apart', () => {
    const plugins = results.filter(({ tool }) => tool.startsWith('ipfixprobe'))
    expect(plugins.map(({ tool }) => tool.split(' ')[1]).toSorted()).toEqual(['basic', 'dns', 'nettisa', 'passivedns', 'phists', 'pstats', 'quic'])
    for (const { values, equal } of plugins) expect(equal / values).toBeGreaterThan(2 / 3)
  })

  it.each([
    ['phists', 'phists_sizes_fwd', [0, 0, 0, 0, 1, 0, 0, 0]],
    ['nettisa', 'NTS_MEAN', 300.001],
    ['pstats', 'iat_mean_fwd', 1.000001],
  ])('another value of %s is seen', async (plugin, field, value) => {
    const capture = captures(CORPORA).find(({ name }) => name.endsWith('ipfixprobe/tests/functional/inputs/mixed.pcap'))!
    const [tool] = { phists, nettisa, pstats }[plugin]!(CORPORA, capture)
    const flows = tool.flows.map((flow) => (flow.ends!.sip === '0.0.0.0' ? { ...flow, fields: { ...flow.fields, [field]: value } } : flow))
    const { unexplained } = await compare(CORPORA, { ...tool, flows })
    expect(unexplained).toEqual([expect.stringMatching(new RegExp(`^${field} is .*"sip":"0.0.0.0"`))])
  })

  it('nearly all values are equal, and each rule explains something', () => {
    const values = results.reduce((sum, result) => sum + result.values, 0), equal = results.reduce((sum, result) => sum + result.equal, 0)
    expect(values).toBeGreaterThan(2400)
    expect(equal / values).toBeGreaterThan(0.85)
    expect(new Set(results.flatMap(({ explained }) => [...explained.keys()]))).toEqual(new Set(['errors apart', 'errors', 'option past the header', 'captured octets', 'error first', 'mean in whole octets']))
    console.log(reportFields(results).split('\n').at(-1))
  })
})

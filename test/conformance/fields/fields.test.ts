import { beforeAll, describe, expect, it } from 'vitest'

import { CORPORA, hasCorpora } from '../../truth/corpora.ts'
import { compareFields, type FieldResult, reportFields } from './compare.ts'

const present = hasCorpora(CORPORA)

describe.skipIf(!present)(`chains say what others say${present ? '' : ' (skipped: WEIR_CORPORA names no corpora)'}`, () => {
  let results: readonly FieldResult[] = []
  beforeAll(async () => {
    results = await compareFields(CORPORA)
  })

  it('every value is equal, or a rule says why not', () => {
    expect(results.flatMap(({ capture, unexplained }) => unexplained.map((each) => `${capture}: ${each}`))).toEqual([])
  })

  it('with PATHspider, tcptrace, Zeek, ipfixprobe, Community ID and FlowTest', () => {
    expect(new Set(results.map(({ tool }) => tool.split(' ')[0]))).toEqual(new Set(['pathspider', 'tcptrace', 'zeek', 'ipfixprobe', 'community-id', 'flowtest']))
    expect(results.filter(({ tool }) => tool === 'pathspider tests').length).toBeGreaterThanOrEqual(43)
  })

  it('nearly all values are equal, and each rule explains something', () => {
    const values = results.reduce((sum, result) => sum + result.values, 0), equal = results.reduce((sum, result) => sum + result.equal, 0)
    expect(values).toBeGreaterThan(400)
    expect(equal / values).toBeGreaterThan(0.95)
    expect(new Set(results.flatMap(({ explained }) => [...explained.keys()]))).toEqual(new Set(['errors apart', 'errors', 'option past the header', 'captured octets', 'error first']))
    console.log(reportFields(results).split('\n').at(-1))
  })
})

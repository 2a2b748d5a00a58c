import { beforeAll, describe, expect, it } from 'vitest'

import { captures, CORPORA, hasCorpora } from '../truth/corpora.ts'
import { compare, compareAll, type Result } from './compare.ts'
import { byRule, totals } from './report.ts'
import * as rules from './rules.ts'
import { tshark } from './tools/tshark.ts'

const present = hasCorpora(CORPORA)

describe.skipIf(!present)(`weir counts what others count${present ? '' : ' (skipped: WEIR_CORPORA names no corpora)'}`, () => {
  let results: readonly Result[] = []
  beforeAll(async () => {
    results = await compareAll(CORPORA)
  }, 120_000)

  it('every flow is equal, or a rule says why not', () => {
    expect(results.flatMap(({ unexplained }) => unexplained)).toEqual([])
  })

  it('at most a tenth is skipped', () => {
    const { compared, skipped } = totals(results)
    expect(compared).toBeGreaterThanOrEqual(98)
    expect(skipped / (compared + skipped)).toBeLessThan(0.1)
  })

  it('tshark, FlowTest, nDPI, Zeek, ipfixprobe, tcptrace and Arkime are compared with', () => {
    const tools = results.filter(({ flows }) => flows > 0).map(({ tool }) => tool.split(' ')[0])
    expect(new Set(tools)).toEqual(new Set(['tshark', 'flowtest', 'ndpi', 'zeek', 'ipfixprobe', 'tcptrace', 'arkime']))
  })

  it('with tshark every flow is equal: no rule is needed', () => {
    const { flows, equal } = totals(results.filter(({ tool }) => tool === 'tshark'))
    expect(equal).toBe(flows)
  })

  it('every rule explains something', () => {
    expect([...byRule(results).keys()].toSorted()).toEqual(Object.values(rules).map(({ name }) => name).toSorted())
  })

  it('one packet more, on either side, is seen', async () => {
    const capture = captures(CORPORA).find(({ name }) => name.endsWith('ipv4-udp-fragmented.pcap'))!
    const [expectation] = tshark(CORPORA, capture)
    const flows = expectation.flows().map((flow) => ({ ...flow, pkt_fwd: flow.pkt_fwd + 1 }))
    const { unexplained } = await compare(CORPORA, { ...expectation, flows: () => flows })
    expect(unexplained).toEqual([
      'tshark has [131.179.196.46]:6363 > [131.179.196.220]:6363 protocol 17: 5 + 4 packets, 504 + 5467 octets',
      'weir has [131.179.196.46]:6363 > [131.179.196.220]:6363 protocol 17: 4 + 4 packets, 504 + 5467 octets',
    ])
  })
})

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { FieldRecord, FieldRule, FieldTool, Value } from '../said.ts'

const FLAGS: Readonly<Record<string, number>> = { TCP_SYN: 2, TCP_ACK: 16, TCP_ECE: 64, TCP_CWR: 128 }

interface Test {
  readonly traces: readonly string[]
  readonly expected: Readonly<Record<string, Readonly<Record<string, Value>>>>
}

const RULES: readonly FieldRule[] = [
  {
    name: 'captured octets', reason: 'PATHspider counts octets as they lie in the capture, padding of Ethernet included.',
    explains: (field, said, record) => field.startsWith('oct_') && (said as number) > (record[field] as number),
  },
  {
    name: 'error first', reason: 'Where an ICMP error is the first packet, PATHspider takes it for one of the forward direction, which is not about the flow.',
    explains: (field, said, { icmp_unreachable, pkt_fwd }) => field === 'icmp_unreachable' && said === false && icmp_unreachable === true && pkt_fwd === 0,
  },
]

/** Where a capture of the tests may lie; two of them are in neither place. */
const FOLDERS = ['pathspider/captures', 'captures/mami-project+pathspider/pathspider/tests/data']

/** What PATHspider's own tests expect of its chains: a test a capture. */
export function pathspider(folder: string): FieldTool[] {
  const tests = JSON.parse(readFileSync(join(folder, 'expected/mami-project+pathspider/expected/chains.json'), 'utf8')) as readonly Test[]
  return tests.flatMap(({ traces, expected }) => traces.flatMap((trace) => FOLDERS.map((each) => `${each}/${trace}`).filter((path) => existsSync(join(folder, path))).slice(0, 1).map((path) => ({
    tool: 'pathspider tests', capture: { name: `pathspider/${trace}`, path }, flows: [{ ends: null, fields: fields(Object.assign({}, ...Object.values(expected))) }], rules: RULES,
  }))))
}

/** Some names are in quotes, and some values sums of names. */
function fields(expected: FieldRecord): FieldRecord {
  return Object.fromEntries(Object.entries(expected).map(([name, value]) => [
    name.replaceAll("'", ''), typeof value === 'string' && value.startsWith('TCP_') ? value.split(' | ').reduce((flags, flag) => flags | FLAGS[flag], 0) : value,
  ]))
}

import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import type { Counted } from '../flow.ts'
import type { Tool } from '../tool.ts'

/** FlowTest's description of a probe's test: what the probe must say. */
export const flowTest: Tool = (folder, capture) =>
  capture.expected.filter((path) => path.startsWith('expected/CESNET+FlowTest/') && path.endsWith('.yml')).map((path) => ({
    tool: `flowtest ${basename(path, '.yml')}`,
    capture,
    flows: () => parse(readFileSync(join(folder, path), 'utf8')),
    rules: [],
  }))

/** The fields of each flow are lines `name: value`; what lies deeper describes its payload. */
function parse(text: string): Counted[] {
  const [, ...flows] = text.slice(text.indexOf('\nflows:')).split(/^ {2}- /m)
  return flows.map((flow) => {
    const fields = new Map([...flow.matchAll(/^(?: {4})?([a-z_@]+): (\S+)$/gm)].map(([, name, value]) => [name, value]))
    const number = (name: string) => Number(fields.get(name) ?? 0)
    const port = (name: string) => (fields.has(name) ? number(name) : null)
    return {
      sip: fields.get('src_ip')!, dip: fields.get('dst_ip')!, proto: number('protocol'), sp: port('src_port'), dp: port('dst_port'),
      pkt_fwd: number('packets'), pkt_rev: number('packets@rev'), oct_fwd: number('bytes'), oct_rev: number('bytes@rev'),
    }
  })
}

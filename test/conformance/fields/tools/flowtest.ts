import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import type { Capture } from '../../../truth/corpora.ts'
import type { FieldTool, Said, Value } from '../said.ts'

/** FlowTest's descriptions of a probe's tests: TTL and TOS of a flow. */
export function flowTest(folder: string, capture: Capture): FieldTool[] {
  return capture.expected.filter((path) => path.startsWith('expected/CESNET+FlowTest/') && path.endsWith('.yml')).map((path) => {
    const text = readFileSync(join(folder, path), 'utf8')
    return { tool: `flowtest ${basename(path, '.yml')}`, capture, flows: text.slice(text.indexOf('\nflows:')).split(/^ {2}- /m).slice(1).map(flow).filter(({ fields }) => Object.keys(fields).length > 0) }
  })
}

function flow(text: string): Said {
  const read = new Map([...text.matchAll(/^(?: {4})?([a-z_@]+): (\S+)$/gm)].map(([, name, value]) => [name, value]))
  const port = (name: string) => (read.has(name) ? Number(read.get(name)) : null)
  const fields: Record<string, Value> = {}
  for (const [name, side] of [['', 'fwd'], ['@rev', 'rev']]) {
    if (read.has(`ttl${name}`)) fields[`ttl_min_${side}`] = fields[`ttl_max_${side}`] = Number(read.get(`ttl${name}`))
    if (read.has(`tos${name}`)) fields[`dscp_mark_data_${side}`] = Number(read.get(`tos${name}`)) >> 2
  }
  return { ends: { sip: read.get('src_ip')!, dip: read.get('dst_ip')!, proto: Number(read.get('protocol')), sp: port('src_port'), dp: port('dst_port') }, fields }
}

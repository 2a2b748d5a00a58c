import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import type { Capture } from '../../../truth/corpora.ts'
import { type FieldTool, NO_TIMEOUT, type Said, type Value } from '../said.ts'

/** Zeek's connection logs: what became of TCP connections, and the octets they carried. */
export function zeek(folder: string, capture: Capture): FieldTool[] {
  return capture.expected.filter((path) => path.startsWith('expected/zeek+zeek/') && path.endsWith('.log')).map((path) => {
    const lines = readFileSync(join(folder, path), 'utf8').trimEnd().split('\n').filter((line) => !line.startsWith('#') || line.startsWith('#fields'))
    const [names, ...rows] = lines.map((line) => line.replace('#fields\t', '').split('\t'))
    return {
      tool: `zeek ${basename(path, '.log').replace('__', ' ').split('.').at(-1)}`, capture, options: NO_TIMEOUT,
      flows: rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]]))).filter(({ proto }) => proto === 'tcp').map(connection),
    }
  })
}

function connection(row: Readonly<Record<string, string>>): Said {
  const fields: Record<string, Value> = { tcp_state: row['conn_state'] }
  // none where the connection was not established
  if (row['orig_bytes'] !== '-') fields['tcp_octets_fwd'] = Number(row['orig_bytes'])
  if (row['resp_bytes'] !== '-') fields['tcp_octets_rev'] = Number(row['resp_bytes'])
  return { ends: { sip: row['id.orig_h'], dip: row['id.resp_h'], proto: 6, sp: Number(row['id.orig_p']), dp: Number(row['id.resp_p']) }, fields }
}

import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import type { Counted } from '../flow.ts'
import { eachPacket, errorsApart } from '../rules.ts'
import type { Rule, Tool } from '../tool.ts'

/** Plugins that write a line for every flow, and what they do otherwise. (`passivedns` writes one for each answer, `nettisa` none for a single packet.) */
const PLUGINS: Readonly<Record<string, readonly Rule[]>> = { basic: [], phists: [], pstats: [], quic: [], dns: [eachPacket] }

/** ipfixprobe's plugins: comma separated, among the lines, which are sorted, one that names the columns. */
export const ipfixprobe: Tool = (folder, capture) =>
  capture.expected.filter((path) => path.startsWith('expected/CESNET+ipfixprobe/')).map((path) => {
    const plugin = basename(path)
    return {
      tool: `ipfixprobe ${plugin}`,
      capture,
      flows: () => parse(readFileSync(join(folder, path), 'utf8')),
      rules: [errorsApart, ...(PLUGINS[plugin] ?? [])],
      ...(plugin in PLUGINS ? {} : { skip: 'not a line for every flow' }),
    }
  })

function parse(text: string): Counted[] {
  const lines = text.trimEnd().split('\n')
  const names = lines.find((line) => line.startsWith('ipaddr'))!.split(',').map((column) => column.split(' ')[1])
  return lines.filter((line) => !line.startsWith('ipaddr')).map((line) => {
    const values = line.split(',')
    return flow(Object.fromEntries(names.map((name, i) => [name, values[i]])))
  })
}

function flow(row: Readonly<Record<string, string>>): Counted {
  const number = (name: string) => Number(row[name])
  const proto = number('PROTOCOL')
  const hasPorts = proto === 6 || proto === 17
  return {
    sip: row['SRC_IP'], dip: row['DST_IP'], proto, sp: hasPorts ? number('SRC_PORT') : null, dp: hasPorts ? number('DST_PORT') : null,
    pkt_fwd: number('PACKETS'), pkt_rev: number('PACKETS_REV'), oct_fwd: number('BYTES'), oct_rev: number('BYTES_REV'),
  }
}

import { basename, join } from 'node:path'

import type { Counted } from '../flow.ts'
import { eachPacket, errorsApart } from '../rules.ts'
import type { Rule, Tool } from '../tool.ts'
import { ipfixprobeEnds, ipfixprobeRows, type Row } from './ipfixprobe-rows.ts'

/** Plugins that write a line for every flow, and what they do otherwise. (`passivedns` writes one for each answer, `nettisa` none for a single packet.) */
const PLUGINS: Readonly<Record<string, readonly Rule[]>> = { basic: [], phists: [], pstats: [], quic: [], dns: [eachPacket] }

/** ipfixprobe's plugins. */
export const ipfixprobe: Tool = (folder, capture) =>
  capture.expected.filter((path) => path.startsWith('expected/CESNET+ipfixprobe/')).map((path) => {
    const plugin = basename(path)
    return {
      tool: `ipfixprobe ${plugin}`,
      capture,
      flows: () => ipfixprobeRows(join(folder, path)).map(flow),
      rules: [errorsApart, ...(PLUGINS[plugin] ?? [])],
      ...(plugin in PLUGINS ? {} : { skip: 'not a line for every flow: compared field by field only' }),
    }
  })

function flow(row: Row): Counted {
  const number = (name: string) => Number(row[name])
  return { ...ipfixprobeEnds(row), pkt_fwd: number('PACKETS'), pkt_rev: number('PACKETS_REV'), oct_fwd: number('BYTES'), oct_rev: number('BYTES_REV') }
}

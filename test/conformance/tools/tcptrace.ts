import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Counted } from '../flow.ts'
import { connections } from '../rules.ts'
import type { Tool } from '../tool.ts'

const CONNECTION = /^ *\d+: (\S+):(\d+) - (\S+):(\d+) \(\w+\) +(\d+)> +(\d+)</gm

/** tcptrace's short output: the packets of each TCP connection. */
export const tcptrace: Tool = (folder, capture) =>
  capture.expected.filter((path) => path.startsWith('expected/blitz+tcptrace/') && path.endsWith('.short')).map((path) => ({
    tool: 'tcptrace short',
    capture,
    flows: () => [...readFileSync(join(folder, path), 'utf8').matchAll(CONNECTION)].map(connection),
    rules: [connections],
  }))

function connection([, sip, sp, dip, dp, forward, reverse]: RegExpMatchArray): Counted {
  return { sip, dip, proto: 6, sp: Number(sp), dp: Number(dp), pkt_fwd: Number(forward), pkt_rev: Number(reverse), oct_fwd: null, oct_rev: null }
}

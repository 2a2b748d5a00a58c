import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Counted } from '../flow.ts'
import { frameOctets } from '../rules.ts'
import type { Tool } from '../tool.ts'

interface End {
  readonly ip: string
  readonly port: number
  readonly packets: number
  readonly bytes: number
}

interface Session {
  readonly body: { readonly ipProtocol: number; readonly source: End; readonly destination: End }
}

/** Arkime's tests: JSON, an object a flow. */
export const arkime: Tool = (folder, capture) =>
  capture.expected.filter((path) => path.startsWith('expected/arkime+arkime/') && path.endsWith('.test')).map((path) => ({
    tool: 'arkime',
    capture,
    flows: () => (JSON.parse(readFileSync(join(folder, path), 'utf8')) as { sessions3: readonly Session[] }).sessions3.map(flow),
    rules: [frameOctets],
  }))

function flow({ body: { ipProtocol: proto, source, destination } }: Session): Counted {
  const hasPorts = proto === 6 || proto === 17
  return {
    sip: source.ip, dip: destination.ip, proto, sp: hasPorts ? source.port : null, dp: hasPorts ? destination.port : null,
    pkt_fwd: source.packets, pkt_rev: destination.packets, oct_fwd: source.bytes, oct_rev: destination.bytes,
  }
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Capture } from '../../../truth/corpora.ts'
import type { FieldRule, FieldTool, Said } from '../said.ts'

interface Line {
  readonly proto: number
  readonly saddr: string
  readonly daddr: string
  readonly sport: number | null
  readonly dport: number | null
  readonly communityid: string
}

const ICMP_ERRORS = new Set([3, 4, 5, 11, 12]), ICMPV6_ERRORS = new Set([1, 2, 3, 4])

function errors(lines: readonly Line[]): FieldRule {
  const ids = new Set(lines.filter(({ proto, sport }) => (proto === 1 ? ICMP_ERRORS : proto === 58 ? ICMPV6_ERRORS : null)?.has(sport!)).map(({ communityid }) => communityid))
  return {
    name: 'errors', reason: 'An ICMP error belongs to the flow that it quotes here, and has no identifier of its own.',
    explainsMissing: ({ fields }) => ids.has(fields['community_id'] as string),
  }
}

const WITH_PORTS = new Set([6, 17, 132])

/** The baseline of the Community ID specification: a line a packet. Of ICMP, whose types are its ports, a flow has that of its first packet. */
export function community(folder: string, capture: Capture): FieldTool[] {
  return capture.expected.filter((path) => path.endsWith('baseline_deflt.json')).map((path) => {
    const lines = JSON.parse(readFileSync(join(folder, path), 'utf8')) as readonly Line[]
    return { tool: 'community-id baseline', capture, flows: firsts(lines).map(said), rules: [errors(lines)] }
  })
}

/** The first line of each flow. */
function firsts(lines: readonly Line[]): Line[] {
  const seen = new Map<string, Line>()
  for (const line of lines) {
    const [from, to] = WITH_PORTS.has(line.proto) ? [`${line.saddr} ${line.sport}`, `${line.daddr} ${line.dport}`] : [line.saddr, line.daddr]
    const key = [from, to].toSorted().join(' ') + ` ${line.proto}`
    if (!seen.has(key)) seen.set(key, line)
  }
  return [...seen.values()]
}

function said({ proto, saddr, daddr, sport, dport, communityid }: Line): Said {
  const hasPorts = WITH_PORTS.has(proto)
  return { ends: { sip: saddr, dip: daddr, proto, sp: hasPorts ? sport : null, dp: hasPorts ? dport : null }, fields: { community_id: communityid } }
}

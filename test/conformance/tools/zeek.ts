import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import type { Counted } from '../flow.ts'
import { answerFirst, dynamicFilter, icmpByType, neverIdle } from '../rules.ts'
import type { Expectation, Rule, Tool } from '../tool.ts'

const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17 }

/**
 * Zeek's connection logs. Its tests run it with options: a log has rules of its own where they matter. Of tunnels over UDP it has the
 * connections within and those of the tunnel itself, which `tunnel_parents` tells apart.
 */
export const zeek: Tool = (folder, capture) =>
  capture.expected.filter((path) => path.startsWith('expected/zeek+zeek/')).flatMap((path) => {
    const name = basename(path).replace(/\.log(\.cut)?$/, '').replace('__', ' ')
    const rows = parse(readFileSync(join(folder, path), 'utf8'))
    const parents = new Set(rows.flatMap((row) => (row['tunnel_parents'] ?? '').split(',')))
    const of = (tool: string, some: readonly Row[]): Expectation => ({
      tool: `zeek ${tool}`,
      capture,
      flows: () => some.map(flow),
      rules: rulesOf(name),
      // PacketFilter::restricted_filter="vlan"
      ...(name.includes('print-bpf-filters') ? { takes: ({ packets }) => packets.every(({ isTagged }) => isTagged) } : {}),
      ...('id.ctx.vlan' in (rows[0] ?? {}) ? { key: 'flow+vlan', rules: [] } : {}),
      ...('orig_pkts' in (rows[0] ?? {}) ? {} : { skip: 'the log has no counts' }),
    })
    const short = name.split('.').at(-1)!
    const inner = of(short, rows.filter((row) => !parents.has(row['uid'])))
    if (!rows.some((row) => parents.has(row['uid']))) return [inner]
    return [inner, { ...of(`${short} (outer)`, rows.filter((row) => row['tunnel_parents'] === '-')), tunnels: 'outer' as const }]
  })

function rulesOf(name: string): readonly Rule[] {
  return name.includes('dynamic-filter') ? [dynamicFilter] : [neverIdle, icmpByType, answerFirst]
}

type Row = Readonly<Record<string, string>>

/** Tab separated; names in the line `#fields`, or in the first that is no comment. */
function parse(text: string): Row[] {
  const lines = text.trimEnd().split('\n').filter((line) => !line.startsWith('#') || line.startsWith('#fields'))
  const [names, ...rows] = lines.map((line) => line.replace('#fields\t', '').split('\t'))
  return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])))
}

function flow(row: Row): Counted {
  const octets = (name: string) => (name in row ? Number(row[name]) : null)
  const proto = Number(row['ip_proto'] ?? PROTOCOLS[row['proto']] ?? 6)
  const hasPorts = proto === 6 || proto === 17
  return {
    sip: row['id.orig_h'], dip: row['id.resp_h'], proto, sp: hasPorts ? Number(row['id.orig_p']) : null, dp: hasPorts ? Number(row['id.resp_p']) : null,
    pkt_fwd: Number(row['orig_pkts']), pkt_rev: Number(row['resp_pkts']), oct_fwd: octets('orig_ip_bytes'), oct_rev: octets('resp_ip_bytes'),
  }
}

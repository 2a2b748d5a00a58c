import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Capture } from '../../../truth/corpora.ts'
import type { FieldRule, FieldTool, Said } from '../said.ts'

/** ipfixprobe's pstats: direction, length and time of each packet, and the flags of a flow. */
export function pstats(folder: string, capture: Capture): FieldTool[] {
  return capture.expected.filter((path) => path.endsWith('outputs/pstats')).map((path) => {
    const lines = readFileSync(join(folder, path), 'utf8').trimEnd().split('\n')
    const names = lines.find((line) => line.startsWith('ipaddr'))!.split(',').map((column) => column.split(' ')[1])
    const rows = lines.filter((line) => !line.startsWith('ipaddr')).map((line) => {
      const values = line.split(',')
      return Object.fromEntries(names.map((name, i) => [name, values[i]]))
    })
    return { tool: 'ipfixprobe pstats', capture, flows: rows.map(flow), chains: 'basic,splt,tcpstats', rules: [errorsApart] }
  })
}

const ICMP = 1, TCP = 6, UDP = 17
const errorsApart: FieldRule = {
  name: 'errors apart',
  reason: 'ipfixprobe does not look into ICMP errors: they are a flow between those who sent and received them, with other ICMP of theirs.',
  explains: (_field, _said, { proto }) => proto === ICMP,
  explainsMissing: ({ ends }) => ends?.proto === ICMP,
}
const IPV4_HEADER = 20, UDP_HEADER = 8

function flow(row: Readonly<Record<string, string>>): Said {
  const list = (name: string) => row[name].slice(1, -1).split('|')
  const proto = Number(row['PROTOCOL'])
  const hasPorts = proto === TCP || proto === UDP
  // ICMP is all payload here
  const headers = IPV4_HEADER + (proto === UDP ? UDP_HEADER : 0)
  const isIpv4 = !row['SRC_IP'].includes(':')
  return {
    ends: { sip: row['SRC_IP'], dip: row['DST_IP'], proto, sp: hasPorts ? Number(row['SRC_PORT']) : null, dp: hasPorts ? Number(row['DST_PORT']) : null },
    fields: {
      splt_dir: list('PPI_PKT_DIRECTIONS').slice(0, 20).map((direction) => (direction === '1' ? 0 : 1)),
      ...(isIpv4 && (proto === UDP || proto === ICMP) && { splt_len: list('PPI_PKT_LENGTHS').slice(0, 20).map((length) => Number(length) + headers) }),
      ...(proto === TCP && { tcp_flags_fwd: Number(row['TCP_FLAGS']), tcp_flags_rev: Number(row['TCP_FLAGS_REV']) }),
    },
  }
}

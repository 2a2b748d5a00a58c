import { basename, join } from 'node:path'

import type { Capture } from '../../../truth/corpora.ts'
import { bothWays } from '../../flow.ts'
import { errorsApart } from '../../rules.ts'
import { ipfixprobeEnds, ipfixprobeRows, ipfixprobeTime, type Row } from '../../tools/ipfixprobe-rows.ts'
import type { FieldRecord, FieldTool, Said } from '../said.ts'
import { sum } from '../series.ts'

const DNS = 53
const READERS: Readonly<Record<string, { readonly chains: string; read(rows: readonly Row[]): Said[] }>> = {
  basic: { chains: 'basic,link', read: (rows) => rows.map(flow) },
  quic: { chains: 'basic,link', read: (rows) => rows.map(flow) },
  // a line for every address in an answer
  passivedns: { chains: 'basic,link,dns', read: (rows) => grouped(rows).map(([row]) => ({ ...flow(row), fields: { ...flow(row).fields, ...counters([row]), dns_response_valid: true } })) },
  dns: { chains: 'basic,link,dns', read: (rows) => grouped(rows).map(messages) },
}

/** What each of ipfixprobe's plugins says besides: first and last time, and MAC addresses. Of DNS, whether there was a response; of QUIC's fields weir has none. */
export function ipfixprobe(folder: string, capture: Capture): FieldTool[] {
  return capture.expected.filter((path) => path.startsWith('expected/CESNET+ipfixprobe/') && basename(path) in READERS).map((path) => {
    const { chains, read } = READERS[basename(path)]
    return { tool: `ipfixprobe ${basename(path)}`, capture, flows: read(ipfixprobeRows(join(folder, path))), chains, view, stages: [errorsApart] }
  })
}

function flow(row: Row): Said {
  return {
    ends: ipfixprobeEnds(row),
    fields: { first: ipfixprobeTime(row['TIME_FIRST']) / 1e6, last: ipfixprobeTime(row['TIME_LAST']) / 1e6, mac_src: row['SRC_MAC'], mac_dst: row['DST_MAC'] },
  }
}

/** Lines of the same flow, in order of time. */
function grouped(rows: readonly Row[]): Row[][] {
  const flows = new Map<string, Row[]>()
  for (const row of rows.toSorted((a, b) => ipfixprobeTime(a['TIME_FIRST']) - ipfixprobeTime(b['TIME_FIRST']))) {
    const key = bothWays(ipfixprobeEnds(row))
    flows.set(key, [...(flows.get(key) ?? []), row])
  }
  return [...flows.values()]
}

/** A line a message, in its own direction. */
function messages(rows: readonly Row[]): Said {
  const { ends, fields } = flow(rows[0])
  return { ends, fields: { ...fields, last: flow(rows.at(-1)!).fields['last'], ...counters(rows), dns_response_valid: rows.some((row) => Number(row['SRC_PORT']) === DNS) } }
}

function counters(rows: readonly Row[]): FieldRecord {
  const total = (name: string, other: string) => sum(rows.map((row) => Number(row[row['SRC_IP'] === rows[0]['SRC_IP'] ? name : other])))
  return { pkt_fwd: total('PACKETS', 'PACKETS_REV'), pkt_rev: total('PACKETS_REV', 'PACKETS'), oct_fwd: total('BYTES', 'BYTES_REV'), oct_rev: total('BYTES_REV', 'BYTES') }
}

/** Its times are of microseconds. */
function view({ first, last }: FieldRecord): FieldRecord {
  return { first: Math.round((first as number) * 1e6) / 1e6, last: Math.round((last as number) * 1e6) / 1e6 }
}

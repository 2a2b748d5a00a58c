import { join } from 'node:path'

import type { Capture } from '../../../truth/corpora.ts'
import { errorsApart } from '../../rules.ts'
import { ipfixprobeEnds, ipfixprobeList, ipfixprobeRows, type Row } from '../../tools/ipfixprobe-rows.ts'
import { headerOctets, packetsOf } from '../payloads.ts'
import type { FieldRecord, FieldTool, Said } from '../said.ts'
import { histogram, sum } from '../series.ts'

/** Octets of payload, and milliseconds. */
const EDGES = [16, 32, 64, 128, 256, 512, 1024]

/**
 * ipfixprobe's phists: histograms of payloads' lengths and of the times between packets of a direction. Their edges, 16 to 1024 octets of
 * payload and milliseconds, and those of `size_hist` and `iat_hist`, 64 to 4096 octets of IP packets and 10 us to 10 s, have none in
 * common: the union of all bins is compared with those, and each bin with what it is by `splt`.
 */
export function phists(folder: string, capture: Capture): FieldTool[] {
  return capture.expected.filter((path) => path.endsWith('outputs/phists')).map((path) => ({
    tool: 'ipfixprobe phists', capture, flows: ipfixprobeRows(join(folder, path)).map(flow), chains: 'basic,payload,size,time,splt:n=1000', view, stages: [errorsApart],
  }))
}

function flow(row: Row): Said {
  const sides = [['S', 'fwd'], ['D', 'rev']].map(([theirs, ours]) => {
    const sizes = ipfixprobeList(row[`${theirs}_PHISTS_SIZES`]).map(Number), intervals = ipfixprobeList(row[`${theirs}_PHISTS_IPT`]).map(Number)
    return { [`phists_sizes_${ours}`]: sizes, [`phists_size_count_${ours}`]: sum(sizes), [`phists_ipt_${ours}`]: intervals, [`phists_ipt_count_${ours}`]: sum(intervals) }
  })
  return { ends: ipfixprobeEnds(row), fields: Object.assign({}, ...sides) as FieldRecord }
}

export function view(record: FieldRecord): FieldRecord {
  const headers = headerOctets(record)
  const [lengths, directions, times] = ['splt_len', 'splt_dir', 'splt_time'].map((name) => record[name] as readonly number[])
  // it takes the difference of whole milliseconds since the epoch
  const first = Math.round((record['first'] as number) * 1e6)
  const milliseconds = times.map((time) => Math.floor((first + Math.round(time * 1e6)) / 1e3))
  const sides = (['fwd', 'rev'] as const).map((side, direction) => {
    const isOf = (_: number, i: number) => directions[i] === direction
    const stamps = milliseconds.filter(isOf)
    return {
      [`phists_sizes_${side}`]: histogram(lengths.filter(isOf).map((length) => length - headers), EDGES),
      [`phists_size_count_${side}`]: packetsOf(record, side),
      [`phists_ipt_${side}`]: histogram(stamps.slice(1).map((stamp, i) => stamp - stamps[i]), EDGES),
      [`phists_ipt_count_${side}`]: sum(record[`iat_hist_${side}`] as readonly number[]),
    }
  })
  return Object.assign({}, ...sides) as FieldRecord
}

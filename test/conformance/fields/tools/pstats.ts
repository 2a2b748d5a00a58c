import { join } from 'node:path'

import type { Capture } from '../../../truth/corpora.ts'
import { errorsApart } from '../../rules.ts'
import { ipfixprobeEnds, ipfixprobeList, ipfixprobeRows, ipfixprobeTime, type Row } from '../../tools/ipfixprobe-rows.ts'
import type { FieldTool, Said } from '../said.ts'
import { seriesFields, sum } from '../series.ts'

/** ipfixprobe's pstats: direction, length and time of each packet, from which the statistics of `size` and `time` follow too. It keeps 30 packets. */
export function pstats(folder: string, capture: Capture): FieldTool[] {
  return capture.expected.filter((path) => path.endsWith('outputs/pstats')).map((path) => ({
    tool: 'ipfixprobe pstats', capture, flows: ipfixprobeRows(join(folder, path)).map(flow), chains: 'basic,size,time,splt:n=30', tolerance: 1e-9, stages: [errorsApart],
  }))
}

function flow(row: Row): Said {
  const directions = ipfixprobeList(row['PPI_PKT_DIRECTIONS']), payloads = ipfixprobeList(row['PPI_PKT_LENGTHS']).map(Number), times = ipfixprobeList(row['PPI_PKT_TIMES'])
  // none of these flows is TCP: headers are of one length
  const headers = (Number(row['BYTES']) + Number(row['BYTES_REV']) - sum(payloads)) / payloads.length
  return { ends: ipfixprobeEnds(row), fields: seriesFields(payloads.map((payload, i) => ({ time: ipfixprobeTime(times[i]), length: payload + headers, rev: directions[i] === '-1' }))) }
}

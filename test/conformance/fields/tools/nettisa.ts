import { join } from 'node:path'

import type { Capture } from '../../../truth/corpora.ts'
import { errorsApart } from '../../rules.ts'
import { ipfixprobeEnds, ipfixprobeRows, type Row } from '../../tools/ipfixprobe-rows.ts'
import { headerOctets, packetsOf } from '../payloads.ts'
import type { FieldRecord, FieldTool, Said, Stage } from '../said.ts'
import { sum } from '../series.ts'

/**
 * Not compared, for weir has none: `NTS_AVERAGE_DISPERSION`, `NTS_KURTOSIS` and `NTS_TIME_DISTRIBUTION` are about a mean of the packets so
 * far (the last divides by microseconds less octets), and `NTS_MIN_DIFFTIMES` is always 0, which is how long before the first packet it says that a packet was.
 */
const NAMES = ['NTS_MEAN', 'NTS_MIN', 'NTS_MAX', 'NTS_STDEV', 'NTS_ROOT_MEAN_SQUARE', 'NTS_MEAN_DIFFTIMES', 'NTS_MAX_DIFFTIMES', 'NTS_MEAN_SCALED_TIME', 'NTS_SWITCHING_RATIO']
/** It sums in floats of 24 bits. */
const TOLERANCE = 1e-6

export const wholeMean: Stage = {
  name: 'mean in whole octets',
  reason: 'ipfixprobe takes the standard deviation as the root of the mean of the squares less the square of the mean, which it cuts to whole octets there; in floats.',
  view(record) {
    const viewed = view(record)
    const meanSquare = Math.fround((viewed['NTS_ROOT_MEAN_SQUARE'] as number) ** 2)
    return { ...viewed, NTS_STDEV: Math.sqrt(meanSquare - Math.floor(viewed['NTS_MEAN'] as number) ** 2) }
  },
}

/** ipfixprobe's nettisa: statistics of the payloads' lengths, and of the times, of both directions together. It has none of a single packet. */
export function nettisa(folder: string, capture: Capture): FieldTool[] {
  return capture.expected.filter((path) => path.endsWith('outputs/nettisa')).map((path) => ({
    tool: 'ipfixprobe nettisa', capture, flows: ipfixprobeRows(join(folder, path)).map(flow), chains: 'basic,payload,size,time,splt:n=1000', view, tolerance: TOLERANCE,
    stages: [errorsApart, wholeMean],
  }))
}

function flow(row: Row): Said {
  return { ends: ipfixprobeEnds(row), fields: Object.fromEntries(NAMES.map((name) => [name, Number(row[name])])) }
}

/** What it would say: of `size`, both directions put together; of `time` where there is one direction; of `splt` what goes by the order of both. */
export function view(record: FieldRecord): FieldRecord {
  const value = (name: string) => (record[name] as number | null) ?? 0
  const headers = headerOctets(record)
  const sides = (['fwd', 'rev'] as const).map((side) => ({ n: packetsOf(record, side), mean: value(`size_mean_${side}`), std: value(`size_std_${side}`), min: value(`size_min_${side}`), max: value(`size_max_${side}`) })).filter(({ n }) => n > 0)
  const n = sum(sides.map((side) => side.n))
  const mean = sum(sides.map((side) => side.n * side.mean)) / n
  const variance = sum(sides.map((side) => (side.n - 1) * side.std ** 2 + side.n * (side.mean - mean) ** 2)) / n
  const lengths = record['splt_len'] as readonly number[], times = (record['splt_time'] as readonly number[]).map((time) => time * 1e6)
  const intervals = times.slice(1).map((time, i) => Math.max(0, time - times[i]))
  const isOneWay = packetsOf(record, 'rev') === 0
  return {
    NTS_MEAN: mean - headers,
    NTS_MIN: Math.min(...sides.map((side) => side.min)) - headers,
    NTS_MAX: Math.max(...sides.map((side) => side.max)) - headers,
    NTS_STDEV: Math.sqrt(variance),
    NTS_ROOT_MEAN_SQUARE: Math.sqrt(variance + (mean - headers) ** 2),
    // as many intervals as packets: the first is 0
    NTS_MEAN_DIFFTIMES: (isOneWay ? value('iat_mean_fwd') * 1e6 * (n - 1) : sum(intervals)) / n,
    NTS_MAX_DIFFTIMES: isOneWay ? value('iat_max_fwd') * 1e6 : Math.max(...intervals),
    NTS_MEAN_SCALED_TIME: sum(times) / n,
    // the first packet is a change
    NTS_SWITCHING_RATIO: lengths.filter((length, i) => length !== lengths[i - 1]).length / n,
  }
}

import type { Flow } from '../flow.ts'
import type { FieldRecord, Value } from './said.ts'

/** A packet of a flow, as the chains `size`, `time` and `splt` see it. */
export interface Item {
  /** @unit microseconds since the epoch */
  readonly time: number
  /** Of the IP packet. @unit octets */
  readonly length: number
  readonly rev: boolean
}

const MICROSECOND = 1e6
const LENGTHS = [64, 128, 256, 512, 1024, 2048, 4096]
/** @unit microseconds */
const INTERVALS = [10, 100, 1e3, 1e4, 1e5, 1e6, 1e7]

/** What these chains must say of all packets of a flow: their documentation, and textbook formulas. */
export function seriesFields(items: readonly Item[]): FieldRecord {
  return {
    ...sideFields('fwd', items.filter(({ rev }) => !rev)),
    ...sideFields('rev', items.filter(({ rev }) => rev)),
    splt_len: items.map(({ length }) => length),
    splt_dir: items.map(({ rev }) => (rev ? 1 : 0)),
    splt_time: items.map(({ time }) => (time - items[0].time) / MICROSECOND),
  }
}

function sideFields(side: string, items: readonly Item[]): FieldRecord {
  const lengths = items.map(({ length }) => length)
  const intervals = items.slice(1).map(({ time }, i) => Math.max(0, time - items[i].time))
  return Object.fromEntries(Object.entries({
    ...moments('size', lengths, 1), size_hist: histogram(lengths, LENGTHS),
    ...moments('iat', intervals, MICROSECOND), iat_hist: histogram(intervals, INTERVALS),
  }).map(([name, value]) => [`${name}_${side}`, value]))
}

function moments(name: string, values: readonly number[], unit: number): FieldRecord {
  const { length } = values
  const mean = sum(values) / length
  const some = (least: number, value: number): Value => (length < least ? null : value / unit)
  return {
    [`${name}_min`]: some(1, Math.min(...values)),
    [`${name}_mean`]: some(1, mean),
    [`${name}_max`]: some(1, Math.max(...values)),
    [`${name}_std`]: some(2, Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / (length - 1))),
  }
}

/** How many values are in each bin; a bin begins at its edge. */
export function histogram(values: readonly number[], edges: readonly number[]): number[] {
  const bins = Array<number>(edges.length + 1).fill(0)
  for (const value of values) bins[edges.filter((edge) => edge <= value).length] += 1
  return bins
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** A record of packets that a rule grouped otherwise. */
export function recordOf({ ends, packets }: Flow): FieldRecord {
  const times = packets.map(({ time }) => time)
  const payload = (of: boolean) => sum(packets.filter(({ rev }) => rev === of).map((each) => each.payload))
  return {
    ...ends, first: Math.min(...times), last: Math.max(...times), mac_src: packets[0].macSource, mac_dst: packets[0].macDestination,
    pay_oct_fwd: payload(false), pay_oct_rev: payload(true),
    ...seriesFields(packets.map(({ time, octets, rev }) => ({ time: Math.round(time * MICROSECOND), length: octets, rev }))),
  }
}

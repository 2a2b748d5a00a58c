import { readFileSync } from 'node:fs'

import type { Ends } from '../flow.ts'

/** A line of ipfixprobe's, by the names of its columns. */
export type Row = Readonly<Record<string, string>>

const TCP = 6, UDP = 17

/** Comma separated, and sorted: the line that names the columns is one of them. What is in quotes comes last, and is cut at its first comma. */
export function ipfixprobeRows(path: string): Row[] {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  const names = lines.find((line) => line.startsWith('ipaddr'))!.split(',').map((column) => column.split(' ')[1])
  return lines.filter((line) => !line.startsWith('ipaddr')).map((line) => {
    const values = line.split(',')
    return Object.fromEntries(names.map((name, i) => [name, values[i]]))
  })
}

export function ipfixprobeEnds(row: Row): Ends {
  const proto = Number(row['PROTOCOL'])
  const hasPorts = proto === TCP || proto === UDP
  return { sip: row['SRC_IP'], dip: row['DST_IP'], proto, sp: hasPorts ? Number(row['SRC_PORT']) : null, dp: hasPorts ? Number(row['DST_PORT']) : null }
}

/** @unit microseconds since the epoch */
export function ipfixprobeTime(text: string): number {
  return Date.parse(`${text.slice(0, 23)}Z`) * 1000 + Number(text.slice(23))
}

/** A value in brackets. */
export function ipfixprobeList(text: string): string[] {
  return text.slice(1, -1).split('|')
}

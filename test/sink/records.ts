import type { Schema } from '../../src/schema/schema.ts'

/** What a format holds, read back without weir: the text of each value in each record, null where there is none. See `textOf`. */
export type Reader = (octets: Buffer, schema: Schema) => (string | null)[][] | Promise<(string | null)[][]>

/** JSON of values; numbers are kept as they are written. */
export const ndjsonRecords: Reader = (octets) => octets.toString().split('\n').slice(0, -1).map((line) => {
  const exact = line.replace(/([:[,])(-?\d[\d.e+-]*)(?=[,\]}])/gi, '$1"\uf8ff#number $2"')
  return Object.values(JSON.parse(exact) as Record<string, unknown>).map((value) => {
    if (Array.isArray(value)) return `[${value.map((each) => String(each).replace('\uf8ff#number ', '')).join(',')}]`
    return value === null ? null : String(value).replace(/^\uf8ff#number /, '')
  })
})

/** Fields between separators, quoted as in RFC 4180. */
export const separatedRecords = (separator: string): Reader => (octets) => {
  const text = octets.toString()
  const records: (string | null)[][] = [[]]
  const field = new RegExp(`(?:"((?:[^"]|"")*)"|([^"\n${separator}]*))(${separator}|\n)`, 'gy')
  for (const [, quoted, plain, end] of text.matchAll(field)) {
    records.at(-1)!.push(quoted === undefined ? plain || null : quoted.replaceAll('""', '"'))
    if (end === '\n') records.push([])
  }
  return records.slice(1, -1)
}

/** Words between spaces, or JSON strings. */
export const tableRecords: Reader = (octets) => octets.toString().split('\n').slice(1, -1).map((line) =>
  Array.from(line.matchAll(/"(?:[^"\\]|\\.)*"|\S+/g), ([word]) => (word === '-' ? null : word.startsWith('"') ? (JSON.parse(word) as string) : word)))

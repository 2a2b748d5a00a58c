import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** A capture of the corpora, as their manifest lists it. */
export interface Capture {
  /** From the corpora's folder. */
  readonly path: string
  /** Without the folders that all have in common. */
  readonly name: string
  readonly format: string
  readonly linkType: string
  readonly packets: number
  /** What other tools say of it: paths from the corpora's folder. */
  readonly expected: readonly string[]
}

/** Where the corpora are looked for, from the root of the repository. */
export const CORPORA = process.env['WEIR_CORPORA'] ?? '../shared/corpora'

export function hasCorpora(folder: string): boolean {
  return existsSync(join(folder, 'MANIFEST.tsv'))
}

export function captures(folder: string): Capture[] {
  return table(readFileSync(join(folder, 'MANIFEST.tsv'), 'utf8')).map((line) => ({
    path: line['path'],
    name: line['path'].replace(/^captures\//, ''),
    format: line['format'],
    linkType: line['linktype'],
    packets: Number(line['packets']),
    expected: line['expected'].split(' | '),
  }))
}

/** What tshark says of each packet of a capture: the first value of a field is the outermost header's. */
export function tsharkFields(folder: string, capture: Capture): Record<string, string>[] {
  const path = capture.expected.find((each) => each.endsWith('.fields.tsv.gz'))
  if (path === undefined) throw new Error(`the corpora have no fields from tshark for ${capture.name}`)
  return table(gunzipSync(readFileSync(join(folder, path))).toString())
}

function table(text: string): Record<string, string>[] {
  const [head, ...rows] = text.trimEnd().split('\n').map((line) => line.split('\t'))
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i] ?? ''])))
}

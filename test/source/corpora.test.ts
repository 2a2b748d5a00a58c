import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

import { read } from './drain.ts'

const corpora = process.env['WEIR_CORPORA'] ?? fileURLToPath(new URL('../../../shared/corpora', import.meta.url))
const manifest = join(corpora, 'MANIFEST.tsv')
const present = existsSync(manifest)

function captures(): [path: string, expected: string][] {
  if (!present) return []
  const [, ...lines] = readFileSync(manifest, 'utf8').trimEnd().split('\n')
  return lines
    .map(line => line.split('\t'))
    .map(([path]) => [path, join(corpora, 'expected/tshark', `${path.replace('captures/', '').replaceAll('/', '__')}.fields.tsv.gz`)])
}

function table(path: string): Record<string, string>[] {
  const [head, ...rows] = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n').map(line => line.split('\t'))
  return rows.map(row => Object.fromEntries(head.map((name, i) => [name, row[i]])))
}

/** tshark rounds the fractions of ERF to the nearest nanosecond, weir rounds down. */
function timeOf(tshark: string, weir: string, path: string): string {
  const nanoseconds = (time: string) => BigInt(time.replace('.', ''))
  return path.includes('.erf') && weir !== '' && nanoseconds(tshark) - nanoseconds(weir) === 1n ? weir : tshark
}

describe.skipIf(!present)(`captures are read as tshark reads them${present ? '' : ' (skipped: WEIR_CORPORA names no corpora)'}`, () => {
  it.each(captures())('%s', async (path, expected) => {
    const { packets } = await read(join(corpora, path))
    // tshark makes frames of custom blocks too: these have neither time nor interface
    const rows = table(expected).filter(row => row['frame.time_epoch'] !== '' || row['frame.interface_id'] !== '')
    expect(packets.map(({ frame, wire, time }) => [time ?? '', wire, frame.length].join(' '))).toEqual(
      rows.map((row, i) => [timeOf(row['frame.time_epoch'], packets[i]?.time ?? '', path), row['frame.len'], row['frame.cap_len']].join(' ')),
    )
  })
})

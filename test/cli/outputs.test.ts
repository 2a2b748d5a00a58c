import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { FORMATS } from '../../src/index.ts'
import { arrowRecords } from '../sink/arrow-reader.ts'
import { duckdbRecords, parquetRecords } from '../sink/duckdb-reader.ts'
import { PATIENCE, recordsOf, shell, WEB, weir } from './run.ts'

describe('weir observe writes', { timeout: PATIENCE }, () => {
  let directory: string
  beforeAll(() => { directory = mkdtempSync(join(tmpdir(), 'weir-')) })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  const at = (name: string): string => join(directory, name)

  it('several outputs in one run, each in its format, the fields that are selected', () => {
    const { status, out } = weir(['observe', WEB, '-o', '-', '-o', at('a.csv.gz'), '-o', at('b.txt'), '--select', 'dip, pkt_fwd'])
    const csv = gunzipSync(readFileSync(at('a.csv.gz'))).toString().trim().split('\n')
    expect(status).toBe(0)
    expect(csv[0]).toBe('dip,pkt_fwd')
    expect(recordsOf(out).map(({ dip, pkt_fwd }) => `${dip},${pkt_fwd}`)).toEqual(csv.slice(1))
    expect(readFileSync(at('b.txt'), 'utf8').trim().split('\n').map((line) => line.replace(/ +/, ','))).toEqual(csv)
  })

  it('no file where another place cannot be opened, and the whole file where the reader of another has seen enough', () => {
    writeFileSync(at('kept.csv'), 'before')
    expect(weir(['observe', WEB, '-o', at('kept.csv'), '-o', at('none/x.csv')])).toMatchObject({ status: 3, out: '' })
    expect(readFileSync(at('kept.csv'), 'utf8')).toBe('before')
    expect(readdirSync(directory).filter((name) => name.startsWith('.weir'))).toEqual([])
    expect(shell('"$WEIR" observe "$WEB" -o "$AT" -o - | true; echo ${PIPESTATUS[0]}', { AT: at('kept.csv') })).toEqual({ status: 0, out: '0\n', err: '' })
    expect(readFileSync(at('kept.csv'), 'utf8').split('\n')).toHaveLength(12)
  })

  it.each([...FORMATS.filter(({ pathOnly }) => pathOnly !== true).map(({ name }) => ['/dev/full', name]), ['ipfix+tcp://127.0.0.1:1', 'ipfix']])('to %s as %s no record, and says so', (place, format) => {
    const { status, out, err } = weir(['observe', WEB, '-o', place, '--format', format])
    expect({ status, out }).toEqual({ status: 3, out: '' })
    expect(err).toMatch(/^weir: cannot (write|send to) .*\((ENOSPC|ECONNREFUSED)\).*; no record was written\n$/)
  })

  it('parts, with the fields that are selected', () => {
    expect(weir(['observe', WEB, '-o', at('parts.tsv'), '--rotate', '4records', '--select', 'dip'])).toEqual({ status: 0, out: '', err: '' })
    const parts = readdirSync(directory).filter((name) => name.startsWith('parts')).sort()
    expect(parts).toEqual([1, 2, 3].map((number) => expect.stringMatching(new RegExp(`^parts-\\d{8}T\\d{6}Z-000${number}\\.tsv$`))))
    expect(parts.map((name) => readFileSync(at(name), 'utf8').split('\n').length - 2)).toEqual([4, 4, 2])
  })

  it('parts, and not over a source that is named as one', () => {
    const first = readdirSync(directory).find((name) => name.startsWith('parts') && name.includes('-0001'))!
    const source = at(first.replace('parts', 'mine').replace('tsv', 'csv'))
    copyFileSync(WEB, source)
    expect(weir(['observe', source, '-o', at('mine.csv'), '--rotate', '4records'])).toEqual({ status: 0, out: '', err: '' })
    expect(readFileSync(source)).toEqual(readFileSync(WEB))
    expect(readdirSync(directory).filter((name) => name.startsWith('mine')).map((name) => name.slice(-8, -4)).sort()).toEqual(['0001', '0002', '0003', '0004'])
  })

  it('Parquet, Arrow and DuckDB beside one another, the fields that are selected; and to a database what comes later', async () => {
    const args = ['observe', WEB, '--select', 'dip,pkt_fwd', '-o', at('a.parquet'), '-o', at('a.arrow'), '-o', at('a.duckdb'), '-o', '-']
    const { out } = weir(args)
    expect(weir([...args, '--table', 'flows'])).toEqual({ status: 0, out, err: '' })
    const records = recordsOf(out).map(({ dip, pkt_fwd }) => [dip, String(pkt_fwd)])
    const file = (name: string): Buffer => readFileSync(at(name))
    expect(await parquetRecords(file('a.parquet'), { columns: [] })).toEqual(records)
    expect(await arrowRecords(file('a.arrow'), { columns: [] })).toEqual(records)
    expect(await duckdbRecords(file('a.duckdb'), { columns: [] })).toEqual([...records, ...records])
    expect(weir(['observe', WEB, '-o', at('a.duckdb')])).toMatchObject({ status: 3, err: expect.stringMatching(/has a table 'flows' with other columns than these records: its column 1 is 'dip', theirs is 'first': .*; no record was written\n$/) })
  })

  it('parts of Parquet and DuckDB', async () => {
    for (const format of ['parquet', 'duckdb']) expect(weir(['observe', WEB, '-o', at(`rotated.${format}`), '--rotate', '4records'])).toEqual({ status: 0, out: '', err: '' })
    const parts = readdirSync(directory).filter((name) => name.startsWith('rotated-')).sort()
    const lengths: number[] = []
    for (const name of parts) lengths.push((await (name.endsWith('duckdb') ? duckdbRecords : parquetRecords)(readFileSync(at(name)), { columns: [] })).length)
    expect(lengths).toEqual([4, 4, 4, 4, 2, 2])
  })

  it('Parquet and Arrow to a pipe', async () => {
    for (const [format, read] of [['parquet', parquetRecords], ['arrow', arrowRecords], ['arrows', arrowRecords]] as const) {
      shell('"$WEIR" observe "$WEB" --format $FORMAT | cat > "$AT"', { FORMAT: format, AT: at('piped') })
      expect(await read(readFileSync(at('piped')), { columns: [] })).toHaveLength(10)
    }
  })

  it.each([
    ['a field that there is not', ['--select', 'dip,pkt_fwt'], "weir: records have no field 'pkt_fwt': did you mean 'pkt_fwd'?\n"],
    ['no field', ['--select', ','], 'weir: --select names no field: give names, separated by commas\n'],
    ['more formats than outputs', ['--format', 'csv', '--format', 'tsv'], 'weir: --format is given 2 times for 1 output: give it once for each --output, in their order\n'],
    ['biflows divided, but no IPFIX', ['--uniflow'], 'weir: --uniflow is for IPFIX, and no output is that: leave it away\n'],
    ['a table, but no DuckDB', ['--table', 'x'], 'weir: --table is for DuckDB, and no output is that: leave it away\n'],
    ['DuckDB on standard output', ['--format', 'duckdb'], 'weir: a DuckDB database cannot be written to standard output: name a file\n'],
    ['DuckDB in parts by size', ['-o', 'x.duckdb', '--rotate', '5MB'], 'weir: how large x.duckdb is, weir does not know while it is written: rotate it by time or by number of records\n'],
    ['a collector that is none', ['-o', 'ipfix+udp:x'], "weir: 'ipfix+udp:x' is no collector: write ipfix+udp://HOST:PORT or ipfix+tcp://HOST:PORT, an IPv6 address in brackets\n"],
    ['parts of what is none', ['--rotate', 'often'], "weir: --rotate cannot be 'often': give a time (30s, 5m, 1h, 1d), a size (500MB, 2GB) or a number of records (1Mrecords, 50000records)\n"],
    ['parts of standard output', ['--rotate', '1h'], 'weir: standard output has no parts to rotate: name a file\n'],
    ['one place twice', ['-o', '-', '-o', '-'], 'weir: two of --output are both standard output: name two places\n'],
  ])('nothing for %s', (_, args, err) => {
    expect(weir(['observe', WEB, ...args])).toEqual({ status: 2, out: '', err })
  })
})

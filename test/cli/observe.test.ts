import { chmodSync, copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { PATIENCE, recordsOf, shell, WEB, weir } from './run.ts'

let directory: string
const at = (name: string): string => join(directory, name)
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-'))
  const web = readFileSync(WEB)
  writeFileSync(at('cut.pcap'), web.subarray(0, 3000))
  writeFileSync(at('web.pcap.gz'), gzipSync(web))
  writeFileSync(at('text.txt'), 'this is no capture\n')
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('weir observe', { timeout: PATIENCE }, () => {
  it('writes a record a flow to standard output, and nothing else', () => {
    const { status, out, err } = weir(['observe', WEB])
    expect({ status, err }).toEqual({ status: 0, err: '' })
    const records = recordsOf(out)
    expect(records.length).toBeGreaterThan(3)
    expect(Object.keys(records[0])).toEqual(expect.arrayContaining(['first', 'last', 'sip', 'dip', 'pkt_fwd', 'tcp_connected', 'end_reason']))
    expect(out).toMatch(/^\{"first":\d+\.\d{9},/)
  })

  it('writes the same to a file, from a gzip, from standard input, from a URI', () => {
    const { out } = weir(['observe', WEB])
    expect(weir(['observe', WEB, '-o', at('flows.ndjson')])).toEqual({ status: 0, out: '', err: '' })
    expect(readFileSync(at('flows.ndjson'), 'utf8')).toBe(out)
    expect(weir(['observe', at('web.pcap.gz')]).out).toBe(out)
    expect(weir(['observe', '-'], { input: readFileSync(WEB) }).out).toBe(out)
    expect(shell('cat "$WEB" | "$WEIR" observe - | cat').out).toBe(out)
    expect(weir(['observe', `pcapfile:${WEB}`, '--format', 'ndjson', '-o', '/dev/stdout']).out).toBe(out)
  })

  it('takes the options', () => {
    const options = ['-c', 'basic,id', '--key', 'hosts+vlan', '--idle-timeout', '60,tcp=5m', '--active-timeout', '1h', '--expiry-delay', '500ms', '--max-flows', '1000', '--limit', '20', '-q']
    const { status, out, err } = weir(['observe', ...options, '--summary', at('ledger.json'), WEB])
    expect({ status, err }).toEqual({ status: 0, err: '' })
    const ledger = JSON.parse(readFileSync(at('ledger.json'), 'utf8'))
    const records = recordsOf(out)
    expect(ledger).toMatchObject({ packets: 20, records: records.length, filtered: null })
    expect(records.reduce((sum, record) => sum + Number(record['pkt_fwd']) + Number(record['pkt_rev']), 0)).toBe(ledger.in_flows)
    expect(records[0]).toHaveProperty('flow_id')
    expect(records[0]).not.toHaveProperty('tcp_connected')
  })

  it('reads several sources as one observation', () => {
    const { out } = weir(['observe', WEB, WEB, '--summary', at('two.json')])
    const { packets } = JSON.parse(readFileSync(at('two.json'), 'utf8'))
    weir(['observe', WEB, '--summary', at('one.json')])
    expect(packets).toBe(2 * JSON.parse(readFileSync(at('one.json'), 'utf8')).packets)
    expect(recordsOf(out).length).toBeGreaterThan(0)
  })

  it('ends quietly when its reader has seen enough', () => {
    const many = Array.from({ length: 400 }, () => '"$WEB"').join(' ')
    const { out, err } = shell(`"$WEIR" observe --idle-timeout 0 ${many} --summary "$SUMMARY" | head -n 1; echo "\${PIPESTATUS[0]}"`, { SUMMARY: at('head.json') })
    expect(err).toBe('')
    expect(out.split('\n').slice(1)).toEqual(['0', ''])
    expect(JSON.parse(readFileSync(at('head.json'), 'utf8')).packets).toBeGreaterThan(0)
  })

  it('warns of a cut capture, writes what there was, and exits with 1, quiet or not', () => {
    const { status, out, err } = weir(['observe', '--quiet', at('cut.pcap')])
    expect(status).toBe(1)
    expect(recordsOf(out)).toHaveLength(1)
    expect(err).toMatch(/^weir: warning: .*cut\.pcap: .*\n$/)
  })
})

describe('wrong usage exits with 2, in one line', { timeout: PATIENCE }, () => {
  it.each([
    ['no source', ['observe'], "weir: missing required argument 'source': see 'weir observe --help'"],
    ['an option that is none', ['observe', '--limti', '3', WEB], "weir: unknown option '--limti': did you mean --limit?"],
    ['a command that is none', ['obsrve'], "weir: unknown command 'obsrve': did you mean observe?"],
    ['an option without its value', ['observe', WEB, '--limit'], "weir: option '--limit <packets>' argument missing: see 'weir observe --help'"],
    ['a number that is none', ['observe', '--limit', '1e3', WEB], "weir: --limit cannot be '1e3': give a whole number, 1 or more, in digits alone"],
    ['a time that is none', ['observe', '--idle-timeout', 'tcp=soon', WEB], "weir: --idle-timeout cannot be 'soon': give seconds, or a number with ms, s, m, h or d, as in 30 or 5m"],
    ['a key that is none', ['observe', '--key', 'ports', WEB], "weir: --key is 'ports': "],
    ['times that are too long', ['observe', '--idle-timeout', 'tcp=100000d', WEB], 'weir: --idle-timeout of tcp is 8640000000: it must be a number of seconds from 0 to 2147483646'],
    ['another', ['observe', '--expiry-delay', '100000d', WEB], 'weir: --expiry-delay is 8640000000: '],
    ['a table that no memory holds', ['observe', '--max-flows', '1000000000', WEB], 'weir: --max-flows is 1000000000, at '],
    ['tunnels that are none', ['observe', '--tunnels', 'both', WEB], "weir: --tunnels is 'both': "],
    ['a chain that is none', ['observe', '-c', 'basic,tpc', WEB], "weir: there is no chain 'tpc'"],
    ['a format that is none', ['observe', '--format', 'xml', WEB], "weir: there is no format 'xml': choose from ndjson"],
    ['an extension that is none', ['observe', '-o', 'flows.doc', WEB], "weir: no format has the extension '.doc' of flows.doc: "],
  ])('%s', (_, args, line) => {
    const { status, out, err } = weir(args)
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err.split('\n')).toEqual([expect.stringContaining(line), ''])
  })

  it('an output that names no file', () => {
    expect(weir(['observe', WEB, '-o', ''])).toEqual({ status: 2, out: '', err: 'weir: --output names no file: give a path, or - for standard output\n' })
    expect(weir(['observe', WEB, '--summary', ''])).toMatchObject({ status: 2, out: '', err: expect.stringMatching(/^weir: --summary names no file: /) })
  })

  it('records and ledger in one place', () => {
    expect(weir(['observe', WEB, '--summary', '-'])).toMatchObject({ status: 2, out: '', err: 'weir: --output and --summary are both standard output: name two places\n' })
    expect(weir(['observe', WEB, '-o', at('same.json'), '--summary', at('./same.json')])).toMatchObject({ status: 2, out: '', err: expect.stringMatching(/^weir: --output and --summary are both /) })
    expect(weir(['observe', WEB, '-o', '/dev/null', '--summary', '/dev/null']).status).toBe(0)
  })

  it('an output that is a source, which stays as it was', () => {
    copyFileSync(WEB, at('mine.pcap'))
    symlinkSync(at('mine.pcap'), at('link.json'))
    for (const source of [at('mine.pcap'), `pcapfile:${at('mine.pcap')}`]) {
      expect(weir(['observe', source, '-o', at('link.json')])).toMatchObject({ status: 2, err: `weir: ${source} is a source: it cannot be written to at the same time\n` })
    }
    expect(readFileSync(at('mine.pcap'))).toEqual(readFileSync(WEB))
  })

  it('no command: with help', () => {
    expect(weir([])).toMatchObject({ status: 2, out: '', err: expect.stringContaining('Commands:\n  observe') })
  })
})

describe('what cannot be opened or written exits with 3, in one line', { timeout: PATIENCE }, () => {
  it.each([
    ['no such source', ['observe', 'none.pcap'], /^weir: none\.pcap: .*no such file\n$/],
    ['the second source', ['observe', WEB, 'none.pcap'], /^weir: none\.pcap: .*\n$/],
    ['no capture', ['observe', '-'], /^weir: -: is empty\n$/],
    ['no directory for the output', ['observe', WEB, '-o', '/none/x.ndjson'], /^weir: cannot write to \/none\/x\.ndjson: .*\(ENOENT\): make its directory first; no record was written\n$/],
    ['no directory for the summary', ['observe', WEB, '--summary', '/none/x.json'], /^weir: cannot write to \/none\/x\.json: .*\n$/],
    ['a full device', ['observe', WEB, '-o', '/dev/full'], /^weir: cannot write \/dev\/full: no space left on device \(ENOSPC\): free some space there, or write elsewhere; no record was written\n$/],
  ])('%s', (_, args, line) => {
    const { status, out, err } = weir(args)
    expect({ status, out }).toEqual({ status: 3, out: '' })
    expect(err).toMatch(line)
  })

  it('a full standard output', () => {
    expect(shell('"$WEIR" observe "$WEB" > /dev/full')).toMatchObject({ status: 3, err: expect.stringMatching(/^weir: cannot write standard output: .*\n$/) })
  })

  it('and leaves what was there before', () => {
    writeFileSync(at('kept.ndjson'), 'before\n')
    expect(weir(['observe', at('text.txt'), '-o', at('kept.ndjson')]).status).toBe(3)
    expect(readFileSync(at('kept.ndjson'), 'utf8')).toBe('before\n')
    expect(readdirSync(directory).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it.skipIf(process.getuid?.() === 0)('a file that is write-protected', () => {
    writeFileSync(at('protected.ndjson'), '')
    chmodSync(at('protected.ndjson'), 0o444)
    expect(weir(['observe', WEB, '-o', at('protected.ndjson')]).status).toBe(3)
  })
})

describe('the rest', { timeout: PATIENCE }, () => {
  it('help and version are on standard output', () => {
    for (const args of [['--help'], ['help'], ['observe', '--help'], ['help', 'chains']]) {
      expect(weir(args)).toMatchObject({ status: 0, out: expect.stringMatching(/^Usage: weir[^]*\nExamples:\n/), err: '' })
    }
    expect(weir(['--version'])).toMatchObject({ status: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: '' })
    expect(weir(['observe', '--help']).out.split('\n').every((line) => line.length <= 80)).toBe(true)
  })

  it('WEIR_DEBUG=1 shows where an error is from', () => {
    expect(weir(['observe', 'none.pcap'], { env: { WEIR_DEBUG: '1' } }).err).toMatch(/\n {4}at /)
  })

  it('says how to build it where it is not built', () => {
    const copy = at('bin')
    shell(`mkdir -p "$COPY" && cp "$WEIR" "$COPY/weir.mjs"`, { COPY: copy })
    expect(existsSync(join(copy, 'weir.mjs'))).toBe(true)
    expect(shell(`node "$COPY/weir.mjs" observe x`, { COPY: copy })).toEqual({ status: 3, out: '', err: 'weir: it is not built yet: npm run build\n' })
  })
})

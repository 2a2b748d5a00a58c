import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { SourceError } from '../../src/errors.ts'
import { Packet } from '../../src/packet/packet.ts'
import { liveOf, openSource } from '../../src/source/open.ts'
import { parseUri } from '../../src/source/uri.ts'
import { pcap, pcapHeader } from './build-pcap.ts'
import { drain, read } from './drain.ts'
import { concat, frame } from './octets.ts'

const directory = mkdtempSync(join(tmpdir(), 'weir-open-'))
const at = (name: string): string => join(directory, name)
const capture = pcap({}, { frame: frame(4) }, { frame: frame(5) })

beforeAll(() => {
  writeFileSync(at('x.pcap'), capture)
  writeFileSync(at('a:b.pcap'), capture)
  writeFileSync(at('ab:c.pcap'), capture)
  writeFileSync(at('a b%20c.pcap'), capture)
  mkdirSync(at('folder'))
})
afterAll(() => rmSync(directory, { recursive: true }))

describe('a URI', () => {
  it.each([
    ['trace.pcap', 'trace.pcap'],
    ['-', '-'],
    ['/a/b:c.pcap', '/a/b:c.pcap'],
    ['./a:b', './a:b'],
    ['C:\\trace.pcap', 'C:\\trace.pcap'],
    ['pcapfile:trace.pcap', 'trace.pcap'],
    ['PcapNG:/a/b', '/a/b'],
    ['pcap:-', '-'],
    ['pcap:a:b', 'a:b'],
    ['file:/a/b', '/a/b'],
    ['file:///a/b', '/a/b'],
    ['file:a', 'a'],
    [':trace.pcap', 'trace.pcap'],
    ['ERF:trace.erf', 'trace.erf'],
    ['tsh:-', '-'],
  ])('%s names the file %s', (uri, path) => {
    const { scheme, body, unknown } = parseUri(uri)
    expect([scheme?.kind ?? 'file', body, unknown]).toEqual(['file', path, null])
  })

  it('with a scheme that is none is the name of a file, perhaps', () => {
    expect(parseUri('nosuch:x')).toEqual({ scheme: null, body: 'nosuch:x', unknown: 'nosuch' })
  })

  it.each(['int', 'pcapint', 'ring'])('%s: names an interface', name => {
    expect(parseUri(`${name}:eth0`)).toMatchObject({ scheme: { name, kind: 'live' }, body: 'eth0' })
  })

  it.each(['dag', 'dpdk', 'pfring', 'xdp', 'ndag', 'etsilive', 'etsifile', 'wtf', 'duck', 'rt', 'legacyatm', 'legacyeth', 'legacypos', 'legacynzix', 'atmhdr', 'bpf', 'tzsplive'])('%s: is known, and not read', async name => {
    const error: unknown = await openSource(`${name.toUpperCase()}:what`).catch((refusal: unknown) => refusal)
    expect(error).toMatchObject({ code: 'WEIR_SOURCE_SCHEME', message: expect.stringMatching(new RegExp(`^\\S+: ${name}: is .*, which weir does not read: `)) as string })
  })
})

const [anInterface] = Object.keys(networkInterfaces())

describe('opening', () => {
  it.each(['x.pcap', 'a b%20c.pcap'])('a path: %s', async name => {
    const { packets, source } = await read(at(name))
    expect(packets).toHaveLength(2)
    expect(source).toMatchObject({ name: at(name), size: capture.length, position: capture.length, filtered: null, dropped: null })
  })

  it.each(['pcapfile', 'pcap', 'pcapng', 'file', 'PCAPFILE'])('a path with the scheme %s: what it is, its first octets tell', async scheme => {
    expect((await read(`${scheme}:${at('x.pcap')}`)).packets).toHaveLength(2)
  })

  it.skipIf(anInterface === undefined)('the bare name of an interface is that, also where a file has it; with a scheme it is the file', () => {
    expect(liveOf(anInterface)).toMatchObject({ scheme: { name: 'int' }, name: anInterface })
    expect(liveOf(`file:${anInterface}`)).toBeNull()
    expect(liveOf(`./${anInterface}`)).toBeNull()
  })

  it('a file whose name looks like a URI', async () => {
    const before = process.cwd()
    process.chdir(directory)
    try {
      expect((await read('a:b.pcap')).packets).toHaveLength(2)
      expect((await read('ab:c.pcap')).packets).toHaveLength(2)
    } finally {
      process.chdir(before)
    }
  })

  it('closing is allowed at any time, and twice', async () => {
    const source = await openSource(at('x.pcap'))
    await source.refill()
    await source.close()
    await source.close()
    expect(await drain(source)).toEqual([])
    expect(source.fault).toBeNull()
  })

  it.skipIf(process.platform === 'win32')('a named pipe', async () => {
    execFileSync('mkfifo', [at('pipe')])
    createWriteStream(at('pipe')).end(capture)
    expect(await read(at('pipe'))).toMatchObject({ packets: [{ frame: [1, 2, 3, 4] }, { frame: [1, 2, 3, 4, 5] }], fault: null, source: { size: null } })
  })

  it.skipIf(process.platform === 'win32')('a named pipe gives packets when they come, and can be closed while none do', async () => {
    execFileSync('mkfifo', [at('slow')])
    const writer = spawn('sh', ['-c', 'cat "$0"/x.pcap; exec sleep 60', directory], { stdio: ['ignore', 'pipe', 'ignore'] })
    writer.stdout.pipe(createWriteStream(at('slow')))
    const source = await openSource(at('slow'))
    const packet = new Packet()
    while (!source.next(packet)) expect(await source.refill()).toBe(true)
    expect(packet.capturedLength).toBe(4)
    expect(source.next(packet)).toBe(true)
    const waiting = source.refill()
    await source.close()
    expect(await waiting).toBe(false)
    writer.kill()
  })
})

describe('what cannot be opened', () => {
  const refused = async (from: string | Uint8Array): Promise<SourceError> => {
    const error = await openSource(from).then(() => null, (error: unknown) => error)
    expect(error).toBeInstanceOf(SourceError)
    expect((error as SourceError).message).not.toContain('\n')
    return error as SourceError
  }

  it('a file that is not there', async () => {
    expect(await refused(at('none'))).toMatchObject({ code: 'WEIR_SOURCE_OPEN', message: `${at('none')}: cannot be opened: there is no such file` })
  })

  it('a directory', async () => {
    expect(await refused(at('folder'))).toMatchObject({ code: 'WEIR_SOURCE_OPEN', message: `${at('folder')}: cannot be opened: it is a directory` })
  })

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('a file that may not be read', async () => {
    writeFileSync(at('secret'), capture)
    chmodSync(at('secret'), 0)
    expect(await refused(at('secret'))).toMatchObject({ code: 'WEIR_SOURCE_OPEN', message: `${at('secret')}: cannot be opened: permission denied` })
  })

  it('a scheme that there is not: those that are, are named', async () => {
    expect(await refused('nosuch:x')).toMatchObject({
      code: 'WEIR_SOURCE_SCHEME',
      message: "nosuch:x: there is no scheme 'nosuch:', and no such file; schemes are file:, pcapfile:, pcap:, pcapng:, erf:, rawerf:, snoop:, tsh:, int:, pcapint:, ring:",
    })
  })

  it.each(['int', 'pcapint', 'ring'])('no interface: %s:', async name => {
    expect(await refused(`${name}:`)).toMatchObject({ code: 'WEIR_SOURCE_OPEN', message: `'${name}:' names no interface: 'weir sources' lists them` })
  })

  it.each(['', 'pcap:'])("no name: '%s'", async uri => {
    expect(await refused(uri)).toMatchObject({ code: 'WEIR_SOURCE_OPEN', message: `'${uri}' names no file` })
  })

  it('an empty file', async () => {
    expect(await refused(new Uint8Array(0))).toMatchObject({ code: 'WEIR_SOURCE_FORMAT', message: 'memory: is empty' })
  })

  it.each([1, 3, 4, 23])('a capture of %d octets', async octets => {
    expect(await refused(pcapHeader().subarray(0, octets))).toMatchObject({
      code: 'WEIR_SOURCE_FORMAT',
      message: `memory: has ${octets} octets, which is less than a capture's header`,
    })
  })

  it.each([
    ['is compressed with compress (.Z)', [0x1f, 0x9d]],
    ['is a zip archive', [0x50, 0x4b, 3, 4]],
    ['is no capture that weir knows', [1, 2, 3, 4, 5, 6, 7, 8]],
    ['is no capture that weir knows', [0x0a, 0x0d, 0x0d, 0x0a, 1, 2, 3, 4, 5, 6, 7, 8]],
  ])('a file that %s', async (what, magic) => {
    expect(await refused(concat(magic, new Uint8Array(30)))).toMatchObject({
      code: 'WEIR_SOURCE_FORMAT',
      message: `memory: ${what}; pcap, pcapng, ERF and snoop are, plain or compressed with gzip, zstd, xz, bzip2 or lz4`,
    })
  })
})

import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { OptionError, SinkError } from '../../src/errors.ts'
import { formatOf, FORMATS } from '../../src/sink/formats.ts'
import { openTarget } from '../../src/sink/open.ts'

let directory: string
beforeEach(() => { directory = mkdtempSync(join(tmpdir(), 'weir-')) })
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const failure = async (promise: void | Promise<unknown>): Promise<unknown> => Promise.resolve(promise).then(() => null, (error) => error)

describe('a file', () => {
  it('is there once it is closed, and nothing else is', async () => {
    const path = join(directory, 'flows.ndjson')
    const target = await openTarget(path)
    await target.write(Buffer.from('one\n'))
    expect(existsSync(path)).toBe(false)
    await target.write(Buffer.from('two\n'))
    await target.close()
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n')
    expect(readdirSync(directory)).toEqual(['flows.ndjson'])
    expect(statSync(path).mode & 0o111).toBe(0)
  })

  it('replaces the one before at once, with its mode, where a link leads', async () => {
    const path = join(directory, 'flows.ndjson'), link = join(directory, 'latest.ndjson')
    writeFileSync(path, 'before')
    chmodSync(path, 0o640)
    symlinkSync('flows.ndjson', link)
    const target = await openTarget(link)
    await target.write(Buffer.from('after'))
    expect(readFileSync(link, 'utf8')).toBe('before')
    await target.close()
    expect(readFileSync(path, 'utf8')).toBe('after')
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(statSync(path).mode & 0o777).toBe(0o640)
  })

  it.each([
    ['in no directory', 'none/flows.ndjson', /^cannot write to .*none\/flows\.ndjson: no such file or directory \(ENOENT\): make its directory first$/],
    ['that is a directory', 'sub', /illegal operation on a directory \(EISDIR\): name a file in it$/],
    ['with a slash at its end', 'new/', /\((EISDIR|ENOTDIR)\)/],
    ['under a file', 'file/flows.ndjson', /\(ENOTDIR\)/],
  ])('%s is a SinkError', async (_, name, message) => {
    mkdirSync(join(directory, 'sub'))
    writeFileSync(join(directory, 'file'), '')
    const error = await failure(openTarget(join(directory, name)))
    expect(error).toBeInstanceOf(SinkError)
    expect(error).toMatchObject({ code: 'WEIR_SINK_OPEN', message: expect.stringMatching(message) })
    expect(readdirSync(directory).sort()).toEqual(['file', 'sub'])
  })

  it('that cannot be moved to its place leaves nothing behind', async () => {
    const path = join(directory, 'flows.ndjson')
    const target = await openTarget(path)
    await target.write(Buffer.from('x'))
    mkdirSync(path)
    expect(await failure(target.close())).toMatchObject({ code: 'WEIR_SINK_WRITE', message: expect.stringContaining('flows.ndjson') })
    expect(readdirSync(directory)).toEqual(['flows.ndjson'])
  })
})

describe('what is no regular file', () => {
  it('is written directly', async () => {
    const path = join(directory, 'fifo')
    execFileSync('mkfifo', [path])
    const reader = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'inherit'] })
    const chunks: Buffer[] = []
    reader.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    const target = await openTarget(path)
    const bytes = Buffer.alloc(300_000, 'weir ')
    await target.write(bytes)
    await target.close()
    await new Promise((resolve) => reader.on('close', resolve))
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
    expect(lstatSync(path).isFIFO()).toBe(true)
  })

  it('that is full is a SinkError that says so', async () => {
    const target = await openTarget('/dev/full')
    expect(await failure(target.write(Buffer.from('x')))).toMatchObject({
      code: 'WEIR_SINK_WRITE', message: 'cannot write /dev/full: no space left on device (ENOSPC): free some space there, or write elsewhere',
    })
    await target.close()
  })

  it('whose reader went away is told apart', async () => {
    const path = join(directory, 'fifo')
    execFileSync('mkfifo', [path])
    const reader = spawn('head', ['-c', '1', path], { stdio: 'ignore' })
    const target = await openTarget(path)
    await target.write(Buffer.from('xy'))
    await new Promise((resolve) => reader.on('close', resolve))
    expect(await failure(target.write(Buffer.from('x')))).toMatchObject({ name: 'SinkError', code: 'WEIR_SINK_CLOSED' })
    await target.close()
  })
})

describe('the format', () => {
  it.each([['-', 'ndjson'], ['a.ndjson', 'ndjson'], ['a.jsonl', 'ndjson'], ['x/a.b.JSON', 'ndjson'], ['/dev/null', 'ndjson'], ['dir.d/flows', 'ndjson'], ['a.csv', 'csv'], ['a.tsv.gz', 'tsv'], ['A.CSV.GZ', 'csv'], ['flows.gz', 'ndjson']])('of %s is %s', (target, name) => {
    expect(formatOf(target).name).toBe(name)
  })

  it('that is named goes before the extension', () => {
    expect(formatOf('a.txt', 'NDJSON')).toBe(FORMATS[0])
  })

  const names = FORMATS.map(({ name }) => name).join(', ')
  it.each<[string, string | undefined, string]>([
    ['flows.doc', undefined, `no format has the extension '.doc' of flows.doc: name a format (${names}), or use ${FORMATS.flatMap(({ extensions }) => extensions).join(', ')}`],
    ['flows.doc.gz', undefined, `no format has the extension '.doc' of flows.doc.gz: name a format (${names}), or use ${FORMATS.flatMap(({ extensions }) => extensions).join(', ')}`],
    ['flows.json', 'xml', `there is no format 'xml': choose from ${names}`],
  ])('of %s, named %s, does not exist', (target, name, message) => {
    expect(() => formatOf(target, name)).toThrow(new OptionError('WEIR_OPTION_FORMAT', message))
  })
})

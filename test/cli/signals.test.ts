import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { capture, ethernet, ipv4, udp } from '../../src/testing/build.ts'
import { arrowRecords } from '../sink/arrow-reader.ts'
import { duckdbRecords, parquetRecords } from '../sink/duckdb-reader.ts'
import { PATIENCE, recordsOf, shell, start } from './run.ts'

let directory: string
beforeAll(() => { directory = mkdtempSync(join(tmpdir(), 'weir-')) })
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Five thousand flows: neither they nor their records fit into a pipe. */
const MUCH = capture(Array.from({ length: 5000 }, (_, i) => ({
  time: 1_700_000_000, frame: ethernet({}, ipv4({ source: '192.0.2.1', destination: '192.0.2.2' }, udp({ sourcePort: 1024 + i, destinationPort: 53 }))),
})))

type Child = ReturnType<typeof start>

function fifo(name: string): string {
  const path = join(directory, name)
  shell('mkfifo "$FIFO"', { FIFO: path })
  return path
}

/** Start an observation of a named pipe. When that has been opened from both sides, weir hears signals. */
async function observing(name: string, ...args: string[]): Promise<{ child: Child; pipe: FileHandle }> {
  const path = fifo(name)
  const child = start(['observe', path, ...args])
  return { child, pipe: await open(path, 'w') }
}

async function outcome(child: Child): Promise<{ code: number | null; signal: string | null }> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return { code: child.exitCode, signal: child.signalCode }
}

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', { timeout: PATIENCE }, (signal) => {
  it('ends the observation in order: every flow is written, the status is 0', async () => {
    const output = join(directory, `${signal}.ndjson`), summary = join(directory, `${signal}.json`)
    const { child, pipe } = await observing(`${signal}-1`, '-o', output, '--summary', summary)
    // when the last of it is in the pipe, most of it was read
    await pipe.writeFile(MUCH)
    child.kill(signal)
    expect(await outcome(child)).toEqual({ code: 0, signal: null })
    await pipe.close()
    const ledger = JSON.parse(readFileSync(summary, 'utf8'))
    const records = recordsOf(readFileSync(output, 'utf8'))
    expect(ledger.packets).toBeGreaterThan(0)
    expect(records.reduce((sum, record) => sum + Number(record['pkt_fwd']) + Number(record['pkt_rev']), 0)).toBe(ledger.in_flows)
  })

  it.each([['parquet', parquetRecords], ['arrow', arrowRecords], ['arrows', arrowRecords], ['duckdb', duckdbRecords]])('leaves a file of %s that opens, with every flow', async (format, read) => {
    const output = join(directory, `${signal}.${format}`), summary = join(directory, `${signal}-${format}.json`)
    const { child, pipe } = await observing(`${signal}-${format}`, '-o', output, '--summary', summary)
    await pipe.writeFile(MUCH)
    child.kill(signal)
    expect(await outcome(child)).toEqual({ code: 0, signal: null })
    await pipe.close()
    const { records } = JSON.parse(readFileSync(summary, 'utf8'))
    expect(records).toBeGreaterThan(0)
    expect(await read(readFileSync(output), { columns: [] })).toHaveLength(records)
  })

  it('before anything came ends it too, and nothing is written', async () => {
    const { child, pipe } = await observing(`${signal}-2`, '-o', join(directory, 'nothing.ndjson'))
    await pipe.write(MUCH, 0, 10)
    child.kill(signal)
    expect(await outcome(child)).toEqual({ code: 0, signal: null })
    await pipe.close()
    expect(readdirSync(directory).filter((name) => name.includes('nothing'))).toEqual([])
  })

  it('ends it while nobody has opened the named pipe that it reads', async () => {
    const child = start(['observe', fifo(`${signal}-5`), '--summary', join(directory, 'unwritten.json')])
    // the signal is heard from when the module is loaded
    await wait(1000)
    child.kill(signal)
    expect(await outcome(child)).toEqual({ code: 0, signal: null })
    expect(existsSync(join(directory, 'unwritten.json'))).toBe(false)
  })

  it('a second time ends it at once, though nobody reads what it writes, and leaves no half of a file', async () => {
    const { child, pipe } = await observing(`${signal}-3`, '--summary', join(directory, 'second.json'))
    await pipe.writeFile(MUCH)
    await secondTime(child)
    await pipe.close()
  })

  it('a second time ends it at once, though nobody opens the named pipe that it writes to', async () => {
    const { child, pipe } = await observing(`${signal}-4`, '--summary', join(directory, 'second.json'), '--format', 'ndjson', '-o', fifo(`${signal}-out`))
    await pipe.write(MUCH, 0, 10_000)
    // it opens this when its source is open
    while (!readdirSync(directory).some((name) => name.endsWith('.part'))) await wait(20)
    await secondTime(child)
    await pipe.close()
  })

  async function secondTime(child: Child): Promise<void> {
    child.kill(signal)
    await wait(500)
    expect(child.exitCode).toBeNull()
    child.kill(signal)
    expect(await outcome(child)).toEqual({ code: signal === 'SIGINT' ? 130 : 143, signal: null })
    expect(readdirSync(directory).filter((name) => name.endsWith('.part') || name === 'second.json')).toEqual([])
  }
})

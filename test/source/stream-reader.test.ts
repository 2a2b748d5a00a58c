import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

import { openFile } from '../../src/source/open-file.ts'

const directory = mkdtempSync(join(tmpdir(), 'weir-pipe-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** A named pipe into which another process writes octets that count up to 250, in bursts with silence between them. */
async function pipeOf(name: string, bursts: readonly number[], stays = false) {
  const path = join(directory, name)
  execFileSync('mkfifo', [path])
  const reader = await openFile(path)
  const script = `
    const { openSync, writeSync } = require('node:fs')
    const fd = openSync(process.argv[1], 'w')
    let written = 0
    const bursts = ${JSON.stringify(bursts)}
    const next = () => {
      if (bursts.length === 0) return ${stays ? 'setInterval(next, 60_000)' : ''}
      const octets = Uint8Array.from({ length: bursts.shift() }, () => written++ % 251)
      for (let at = 0; at < octets.length; ) at += writeSync(fd, octets, at)
      setTimeout(next, 5)
    }
    next()`
  return { reader, writer: spawn(process.execPath, ['-e', script, path], { stdio: 'inherit' }) }
}

describe.skipIf(process.platform === 'win32')('a pipe', () => {
  it('gives every octet once and in order, whether it was there or had to be waited for', async () => {
    const bursts = [1, 10, 400_000, 3, 65_536, 65_537, 1_000_000, 1]
    const { reader } = await pipeOf('bursts', bursts)
    const seen = new Uint8Array(bursts.reduce((sum, octets) => sum + octets, 0))
    let count = 0
    let atOnce = 0, waited = 0
    for (const size = [100, 7, 262_144]; ; ) {
      const target = new Uint8Array(size[(atOnce + waited) % size.length])
      const reading = reader.read(target)
      if (typeof reading === 'number') atOnce++
      else waited++
      const octets = await reading
      if (octets === 0) break
      seen.set(target.subarray(0, octets), count)
      count += octets
      // now and then the stream gets a turn, and reads by itself
      if (atOnce % 5 === 0) await new Promise(setImmediate)
    }
    expect(count).toBe(seen.length)
    expect(reader.position).toBe(seen.length)
    expect(seen.findIndex((octet, i) => octet !== i % 251)).toBe(-1)
    expect(Math.min(atOnce, waited)).toBeGreaterThan(0)
    await reader.close()
  })

  it('that is silent holds nothing up, and can be closed', async () => {
    const { reader, writer } = await pipeOf('silent', [10], true)
    const target = new Uint8Array(100)
    let count = 0
    while (count < 10) count += await reader.read(target)
    const waiting = reader.read(target)
    expect(waiting).toBeInstanceOf(Promise)
    await new Promise(resolve => setTimeout(resolve, 1))
    await reader.close()
    expect(await waiting).toBe(0)
    expect(await reader.read(target)).toBe(0)
    expect(writer.exitCode).toBeNull()
    writer.kill()
  })
})

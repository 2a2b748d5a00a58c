import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

import { libpcapCompiler } from '../../src/source/filter/libpcap-compiler.ts'

const filters = (await libpcapCompiler()) !== null
const built = existsSync(new URL('../../dist/index.js', import.meta.url))
if (!built) process.stderr.write('skipped: test/observer/allocation.test.ts needs dist/, made by npm run build\n')

interface Run {
  readonly packets: number
  readonly flows: number
  readonly collections: number
}

// compiled in turn, not on another thread: how many packets run before the code is optimized must not depend on what else the machine does
const FLAGS = ['--no-concurrent-recompilation', '--no-memory-reducer', '--expose-gc']

function run(...args: string[]): Run {
  return JSON.parse(execFileSync(process.execPath, [...FLAGS, fileURLToPath(new URL('allocation-run.js', import.meta.url)), ...args], { encoding: 'utf8' })) as Run
}

describe.skipIf(!built)('two million packets of flows that are there', () => {
  it('leave nothing for the garbage collector', () => {
    const { packets, flows, collections } = run()
    expect([packets, flows]).toEqual([2_000_000, 1000])
    expect(collections).toBe(0)
  }, 60_000)

  it('leave as good as nothing where they are read in bursts from a capture: a promise or two a chunk', () => {
    const { packets, flows, collections } = run('basic,tcp', 'capture')
    expect([packets, flows]).toEqual([2_000_000, 1000])
    expect(collections).toBeLessThan(2)
    expect(run('control', 'capture').collections).toBeGreaterThan(4)
  }, 60_000)

  it.skipIf(!filters)(`leave nothing behind a filter either${filters ? '' : ' (skipped: koffi or libpcap is not installed)'}`, () => {
    const { packets, collections } = run('basic,tcp', 'frames', 'tcp port 443 and tcp[13] & 16 != 0 or ip6')
    expect(packets).toBe(2_000_000)
    expect(collections).toBe(0)
  }, 60_000)

  it('would show if there were an object a packet', () => {
    expect(run('control').collections).toBeGreaterThan(1)
  }, 60_000)
})

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

import { builtinChains } from '../../src/index.ts'

const RUN = fileURLToPath(new URL('../observer/allocation-run.js', import.meta.url))
const built = existsSync(new URL('../../dist/index.js', import.meta.url))

it.skipIf(!built)('two million packets in all chains leave nothing for the garbage collector', () => {
  const { packets, collections } = JSON.parse(execFileSync(process.execPath, ['--no-concurrent-recompilation', '--no-memory-reducer', '--expose-gc', RUN, [...builtinChains.keys()].join(',')], { encoding: 'utf8' })) as { packets: number; collections: number }
  expect({ packets, collections }).toEqual({ packets: 2_000_000, collections: 0 })
}, 60_000)

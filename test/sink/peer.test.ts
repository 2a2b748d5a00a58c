/** Packages that some formats need and that are not installed with weir. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { PATIENCE, WEB, type Outcome } from '../cli/run.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

const peers = Object.keys(manifest.peerDependencies)
/** A directory above which none of these packages lies. */
const place = [tmpdir(), '/var/tmp'].find((path) => peers.every((name) => isAbsent(join(path, 'x'), name)))
if (place === undefined) console.warn('packages lie above every place for temporary files: their absence is not tested')

function isAbsent(path: string, name: string): boolean {
  try {
    createRequire(path).resolve(name)
    return false
  } catch {
    return true
  }
}

describe.skipIf(place === undefined)('weir as it is installed, without the packages that are its peers', { timeout: PATIENCE }, () => {
  let directory: string
  beforeAll(() => {
    directory = mkdtempSync(join(place!, 'weir-'))
    for (const name of ['bin', 'dist', 'package.json']) cpSync(root + name, join(directory, name), { recursive: true })
    mkdirSync(join(directory, 'node_modules'))
    for (const name of Object.keys(manifest.dependencies)) symlinkSync(`${root}node_modules/${name}`, join(directory, 'node_modules', name))
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  function installed(...args: string[]): Outcome {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(directory, 'bin/weir.js'), ...args], { encoding: 'utf8' })
    return { status, out: stdout, err: stderr }
  }

  it('writes Parquet', () => {
    expect(installed('observe', WEB, '-o', join(directory, 'x.parquet'))).toEqual({ status: 0, out: '', err: '' })
    rmSync(join(directory, 'x.parquet'))
  })

  it.each([
    ['arrow', 'Arrow', 'apache-arrow'],
    ['arrows', 'Arrow', 'apache-arrow'],
    ['duckdb', 'DuckDB', '@duckdb/node-api'],
  ])('says what %s needs, and leaves no file', (format, what, name) => {
    const before = readdirSync(directory)
    const spec = `${name}@${manifest.devDependencies[name]}`
    expect(installed('observe', WEB, '-o', join(directory, `x.${format}`))).toEqual({
      status: 3, out: '', err: `weir: ${what} is written with the package ${name}, which is not installed: npm install ${spec}; no record was written\n`,
    })
    expect(readdirSync(directory)).toEqual(before)
  })

  it('says why one cannot be loaded', () => {
    const broken = join(directory, 'node_modules/apache-arrow')
    mkdirSync(broken)
    writeFileSync(join(broken, 'package.json'), '{ "main": "broken.cjs" }')
    writeFileSync(join(broken, 'broken.cjs'), "throw new Error('no such luck')")
    expect(installed('observe', WEB, '-o', '-', '--format', 'arrows').err).toMatch(/which cannot be loaded \(no such luck\): npm install apache-arrow@/)
    rmSync(broken, { recursive: true })
  })
})

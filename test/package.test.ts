import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

/** Every string in a value of `exports`. */
function targets(value: unknown): string[] {
  return typeof value === 'string' ? [value] : Object.values(value as object).flatMap(targets)
}

it('pins exact versions', () => {
  const { dependencies = {}, devDependencies = {}, optionalDependencies = {} } = manifest
  const loose = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(version)))
  expect(loose).toEqual([])
})

it('has commands that are committed and executable', () => {
  for (const path of Object.values<string>(manifest.bin)) {
    expect(execFileSync('git', ['ls-files', '-s', path], { cwd: root, encoding: 'utf8' })).toMatch(/^100755 /)
  }
})

it('has what it exports, once it is built', () => {
  expect(targets(manifest.exports).filter((path) => !existsSync(root + path))).toEqual([])
})

it('ships what it says', () => {
  expect(manifest.files.filter((path: string) => !existsSync(root + path))).toEqual([])
})

it('runs on Node 20', () => {
  expect(manifest.engines.node).toBe('>=20')
  expect(manifest.type).toBe('module')
})

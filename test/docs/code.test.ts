import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { PATIENCE, WEB } from '../cli/run.ts'
import { codeBlocks, documents } from './documents.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const examples = readdirSync(`${root}examples`).filter((name) => name.endsWith('.ts'))
/** Below dist, where code finds the package by its own name. */
let directory: string

beforeAll(() => {
  mkdirSync(`${root}dist`, { recursive: true })
  directory = mkdtempSync(`${root}dist/.docs-`)
  mkdirSync(`${directory}/ts`)
  for (const name of examples) writeFileSync(`${directory}/ts/${name}`, readFileSync(`${root}examples/${name}`))
  for (const document of documents) {
    const blocks = codeBlocks(readFileSync(root + document, 'utf8')).filter(({ language, example }) => language === 'ts' && example === null)
    // each is a module of its own, whole as it stands
    blocks.forEach(({ text }, i) => writeFileSync(`${directory}/ts/${document.replace(/\W/g, '-')}-${i + 1}.ts`, `export {}\n${text}`))
  }
  writeFileSync(`${directory}/tsconfig.json`, JSON.stringify({ extends: '../../tsconfig.json', compilerOptions: { noEmit: false, rootDir: 'ts', outDir: 'js' }, include: ['ts'] }))
}, PATIENCE)
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('the code in documents and examples', { timeout: PATIENCE }, () => {
  it('compiles', () => {
    const { stdout } = spawnSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', directory], { encoding: 'utf8' })
    expect(stdout).toBe('')
  })

  it.each(examples)('examples/%s runs', (name) => {
    const out = execFileSync(process.execPath, [`${directory}/js/${name.replace(/ts$/, 'js')}`, WEB], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    expect(out).not.toBe('')
  })

  it.each(examples)('examples/%s has 40 lines at most', (name) => {
    expect(readFileSync(`${root}examples/${name}`, 'utf8').split('\n').length - 1).toBeLessThanOrEqual(40)
  })
})

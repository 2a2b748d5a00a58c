import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

import { tableRows } from './documents.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const architecture = readFileSync(`${root}docs/architecture.md`, 'utf8')

/** Codes in the sources, and the class that is raised with each; a warning has none. */
function codesInSources(): Map<string, string | undefined> {
  const codes = new Map<string, string | undefined>()
  for (const file of readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))) {
    const text = readFileSync(`${root}src/${file}`, 'utf8')
    for (const [, code] of text.matchAll(/(?<!env\[)'(WEIR_[A-Z_]+)'/g)) if (!codes.has(code)) codes.set(code, undefined)
    for (const [, kind, code] of text.matchAll(/new (\w+Error)\(\s*'(WEIR_[A-Z_]+)'/g)) codes.set(code, kind)
  }
  return codes
}

describe('docs/architecture.md', () => {
  const rows = tableRows(architecture, 'Errors and codes')

  it('has every code of the sources, once', () => {
    expect(rows.map(([code]) => code.replaceAll('`', '')).sort()).toEqual([...codesInSources().keys()].sort())
  })

  it('has the class of every code', () => {
    const classes = codesInSources()
    const wrong = rows.filter(([code, kind]) => {
      const known = classes.get(code.replaceAll('`', ''))
      return known !== undefined && kind !== `\`${known}\``
    })
    expect(wrong).toEqual([])
  })

  it('has every part of src', () => {
    const parts = readdirSync(`${root}src`, { withFileTypes: true }).map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    const named = tableRows(architecture, 'What lives where').flatMap(([cell]) => Array.from(cell.matchAll(/`([^`]+)`/g), ([, name]) => name))
    expect(named.sort()).toEqual(parts.sort())
  })
})

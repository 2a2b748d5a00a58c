import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

import { basic, Ledger, observe, tcp } from '../../src/index.ts'
import { weir } from '../cli/run.ts'
import { codeBlocks, documents, tableRows } from './documents.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const readme = readFileSync(`${root}README.md`, 'utf8')

/** What stands in backquotes in the first cell of each row. */
function named(section: string): string[] {
  return tableRows(readme, section).flatMap(([cell]) => Array.from(cell.matchAll(/`([^`]+)`/g), ([, name]) => name))
}

describe('README', () => {
  it('has two sh blocks to try: one observes, one tests', () => {
    const blocks = codeBlocks(readme, 'Try it').filter(({ language }) => language === 'sh').map(({ text }) => text)
    expect(blocks).toEqual([expect.stringMatching(/^npm ci\n.*weir.*observe test\/captures/), 'npm ci\nnpm test\n'])
  })

  it('shows what the command writes', () => {
    const [{ text }] = codeBlocks(readme, 'Try it').filter(({ language }) => language === 'json')
    expect(weir(['observe', 'test/captures/web.pcap']).out.startsWith(text)).toBe(true)
  })

  it('has every field of the default record', () => {
    const { columns } = observe('-', { chains: [basic, tcp], maxFlows: 1 }).schema
    expect(named('The record').sort()).toEqual(columns.map(({ name }) => name).sort())
  })

  it('has every counter of the ledger', () => {
    expect(named('Accounting').sort()).toEqual(Object.keys(new Ledger()).sort())
  })

  it('has every option of weir observe', () => {
    const options = weir(['observe', '--help']).out.matchAll(/^ {2}(-.*?) {2,}/gm)
    expect(named('The command').filter((name) => name.startsWith('-'))).toEqual(Array.from(options, ([, option]) => option).filter((option) => option !== '-h, --help'))
  })
})

describe('documents', () => {
  it.each(documents)('%s links to what there is', (document) => {
    const links = Array.from(readFileSync(root + document, 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g), ([, link]) => link)
    expect(links.filter((link) => !existsSync(join(root, dirname(document), link)))).toEqual([])
  })

  it.each(documents)('%s shows examples as they are', (document) => {
    const shown = codeBlocks(readFileSync(root + document, 'utf8')).filter(({ example }) => example !== null)
    for (const { example, text } of shown) expect(text).toBe(readFileSync(root + example, 'utf8'))
  })
})

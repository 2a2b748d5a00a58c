import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What users read, from the root of the repository. */
export const documents = ['README.md', ...readdirSync(`${root}docs`).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)]

export interface CodeBlock {
  readonly language: string
  readonly text: string
  /** The file whose text it is, where the line before says so: `<!-- examples/own-chain.ts -->`. */
  readonly example: string | null
}

/** The part under a heading of the second rank, or all of it. */
function part(document: string, section?: string): string {
  if (section === undefined) return document
  return document.split(/^## /m).find((each) => each.startsWith(`${section}\n`)) ?? ''
}

export function codeBlocks(document: string, section?: string): CodeBlock[] {
  const blocks = part(document, section).matchAll(/(?:^<!-- (examples\/\S+) -->\n)?^```(\w*)\n([^]*?)^```$/gm)
  return Array.from(blocks, ([, example, language, text]) => ({ language, text, example: example ?? null }))
}

/** The rows of all tables in a section, without their heads. */
export function tableRows(document: string, section: string): string[][] {
  const lines = part(document, section).split('\n').filter((line) => line.startsWith('|'))
  const rules = new Set(lines.flatMap((line, i) => (/^\|[-|]+$/.test(line) ? [i - 1, i] : [])))
  // a bar in a cell is written \|
  return lines.filter((_, i) => !rules.has(i)).map((line) => line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()))
}

import { type Command, Option } from 'commander'

import { builtinChains, chainOptions, observe, openTarget, type AnyChain, type ColumnInfo } from '../index.ts'
import { chainsOf } from './chain-module.ts'
import { isReaderGone, Status } from './exit.ts'
import { appended } from './values.ts'

/** Add the command to the program. `done` is told its exit status. */
export function addChains(program: Command, done: (status: Status) => void): void {
  program.command('chains')
    .summary('list what records can hold')
    .description('List the built-in chains and, for each, its fields: kind, unit, IPFIX information element, description.')
    .argument('[name...]', 'chains to show (default: all)')
    .addOption(new Option('--chain-module <file>', 'show also those that a module of yours exports; may be given again').argParser(appended).default([], 'none'))
    .option('--json', 'as JSON')
    .addHelpText('after', `
A kind with a question mark may be null. Fields of a side end in _fwd (with the flow's first packet) and _rev.

Examples:
  weir chains
  weir chains tcp
  weir observe -c basic,splt:n=50 trace.pcap
  weir chains --json | jq -r '.[].columns[].name'`)
    .action(async (names: string[], options: { json?: true; chainModule: readonly string[] }) => {
      const chains = names.length === 0 && options.chainModule.length === 0 ? [...builtinChains.values()] : await chainsOf(names.join(','), options.chainModule)
      await print(options.json === true ? `${JSON.stringify(chains.map(plain), null, 2)}\n` : table(chains, names.length === 0 && options.chainModule.length === 0))
      done(Status.Done)
    })
}

/** Write to standard output, as much as its reader wants. */
export async function print(text: string): Promise<void> {
  const out = await openTarget('-')
  try {
    await out.write(Buffer.from(text))
  } catch (error) {
    if (!isReaderGone(error)) throw error
  }
}

function plain({ name, doc, requires, columns }: AnyChain): object {
  return { name, doc, requires: requires.map((chain) => chain.name), options: chainOptions.get(name)?.options ?? {}, columns: columns.map((column) => ({ ...column, chain: undefined })) }
}

function table(chains: readonly AnyChain[], withRecord: boolean): string {
  const bold = hasColours() ? (text: string) => `\u001b[1m${text}\u001b[0m` : (text: string) => text
  const width = (process.stdout.isTTY ? process.stdout.columns : 0) || Infinity
  const sections = chains.map(({ name, doc, requires, columns }) => ({
    name, columns, doc: [doc, ...(requires.length === 0 ? [] : [`(Brings ${requires.map((chain) => chain.name).join(', ')}.)`]), ...optionsOf(name)].join(' '),
  }))
  if (withRecord) sections.unshift({ name: 'every record', doc: 'What there is whatever the chains.', columns: recordColumns() })
  const rows = sections.flatMap(({ columns }) => columns.map(cells))
  const widths = [0, 1, 2, 3].map((k) => Math.max(...rows.map((row) => row[k].length)))
  const line = (column: ColumnInfo): string => {
    const start = `  ${cells(column).map((cell, k) => cell.padEnd(widths[k])).join('  ')}  `
    return wrapped(start, docOf(column), width)
  }
  return sections.map(({ name, doc, columns }) => [`${bold(name)}: ${doc}`, ...columns.map(line), ''].join('\n')).join('\n')
}

/** How a chain's options are written, and what they are. */
function optionsOf(chain: string): string[] {
  return Object.entries(chainOptions.get(chain)?.options ?? {}).map(([name, { doc, default: otherwise, min, max }]) => `(${chain}:${name}=${otherwise}: ${doc.toLowerCase()}, ${min} to ${max}.)`)
}

/** What stands in columns before the description. */
function cells({ name, kind, nullable, of, max, unit, ie }: ColumnInfo): string[] {
  const what = kind === 'list' ? `${of}[<=${max}]` : kind === 'bins' ? `u32[${max}]` : kind
  return [name, nullable ? `${what}?` : what, unit ?? '', ie ?? '']
}

function docOf({ doc, labels, rfc }: ColumnInfo): string {
  const values = labels === undefined ? '' : `; one of ${labels.filter((label) => label !== '').join(', ')}`
  return `${doc}${values}${rfc === undefined ? '' : ` (${rfc})`}`
}

/** A text in the lines that are left to it, behind `start`; in one where that would leave next to nothing. */
function wrapped(start: string, text: string, width: number): string {
  const room = width - start.length
  if (room < 24) return start + text
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1]
    if (last === '') lines[lines.length - 1] = word
    else if (last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return start + lines.join(`\n${' '.repeat(start.length)}`)
}

function recordColumns(): readonly ColumnInfo[] {
  return observe('-', { chains: [], maxFlows: 1 }).schema.columns
}

/** no-color.org: set and not empty. */
function hasColours(): boolean {
  return process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb'
}

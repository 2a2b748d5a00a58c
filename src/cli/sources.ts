import { networkInterfaces } from 'node:os'
import type { Command } from 'commander'

import { decompressors, interfaceNames, liveCapture, SCHEMES, type Scheme } from '../index.ts'
import { print } from './chains.ts'
import { Status } from './exit.ts'

const KINDS: readonly (readonly [kind: Scheme['kind'], title: string])[] = [
  ['file', 'Captures: a path or - follows the colon'],
  ['live', 'Interfaces, captured live: the name of one follows the colon'],
  ['none', 'Known to libtrace, and not read'],
]

/** Add the command to the program. `done` is told its exit status. */
export function addSources(program: Command, done: (status: Status) => void): void {
  program.command('sources')
    .summary('list what can be read')
    .description("List the schemes of URIs, what decompresses captures, what captures live and what it lacks, and the system's network interfaces.")
    .option('--json', 'as JSON')
    .addHelpText('after', `
What a capture is, is told by its first octets; a scheme is needed for tsh: alone.

Examples:
  weir sources
  weir sources --json | jq -r '.interfaces[].name'`)
    .action(async (options: { json?: true }) => {
      const interfaces = interfacesOfSystem()
      const compressions = await decompressors()
      const live = await liveCapture()
      await print(options.json === true
        ? `${JSON.stringify({ schemes: SCHEMES.map(({ name, kind, doc, instead }) => ({ name, kind, doc, instead })), compressions, live, interfaces }, null, 2)}\n`
        : [
            ...KINDS.map(([kind, title]) => section(title, SCHEMES.filter((scheme) => scheme.kind === kind).map((scheme) => [`${scheme.name}:`, describe(scheme)]))),
            section('Compression: told by the first octets', compressions.map(({ name, by }) => [name, by === null ? 'by what weir brings, which is slower than the program would be' : `by ${by}`])),
            section('Live capture', [['by', live.by ?? 'nothing'], ...live.missing.map((what) => ['missing', what] as const)]),
            section('Network interfaces', interfaces.map(({ name, addresses }) => [name, addresses.join(', ')])),
          ].join('\n'))
      done(Status.Done)
    })
}

function describe({ kind, doc, instead }: Scheme): string {
  return kind === 'none' ? `${doc}: ${instead}` : doc
}

function section(title: string, rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...rows.map(([name]) => name.length))
  return `${[`${title}:`, ...rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`.trimEnd())].join('\n')}\n`
}

function interfacesOfSystem(): { name: string; addresses: string[] }[] {
  const addresses = networkInterfaces()
  return interfaceNames().map((name) => ({ name, addresses: (addresses[name] ?? []).map(({ address }) => address) }))
}

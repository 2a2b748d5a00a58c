import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'

import { addChains, print } from './chains.ts'
import { messageOf, Status, statusOf } from './exit.ts'
import { addObserve } from './observe.ts'
import { exit } from './signals.ts'
import { addSources } from './sources.ts'

// a reader of errors that went away is no error
process.stderr.on('error', () => undefined)
exit(await run(process.argv))

async function run(argv: string[]): Promise<Status> {
  let status: Status = Status.Done
  let help = ''
  const program = new Command('weir')
    .description('A programmable, bidirectional network flow observer.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeOut: (text) => (help += text), writeErr: (text) => (help += text), outputError: () => undefined, getOutHasColors: () => false })
    .addHelpText('after', `
Examples:
  weir observe trace.pcap.gz        flow records of a capture, one JSON object a line
  weir chains                       what records can hold
  weir sources                      what can be read
  weir observe --help`)
  const done = (is: Status): void => { status = is }
  addObserve(program, done)
  addChains(program, done)
  addSources(program, done)
  try {
    await program.parseAsync(argv)
  } catch (error) {
    status = statusOf(error)
    if (error instanceof CommanderError) await usage(error, help, argv)
    else process.stderr.write(`${messageOf(error)}\n`)
  }
  return status
}

/** Help and version are asked for; all else is an error in one line. */
async function usage(error: CommanderError, help: string, argv: string[]): Promise<void> {
  if (error.exitCode === 0) return print(help)
  if (error.code === 'commander.help') {
    process.stderr.write(help)
    return
  }
  const [message, suggestion] = error.message.replace(/^error: /, '').split('\n')
  const command = ['observe', 'chains', 'sources'].includes(argv[2]) ? `weir ${argv[2]}` : 'weir'
  const advice = suggestion === undefined ? `see '${command} --help'` : suggestion.replace(/^\(Did(.*)\)$/, 'did$1')
  process.stderr.write(`weir: ${message}: ${advice}\n`)
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  return version
}

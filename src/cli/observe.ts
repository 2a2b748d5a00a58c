import { type Command, Option } from 'commander'

import { type AnyChain, FORMATS, observe, observeInWorkers, openTarget, type IdleTimeout, type Observer, OptionError, type ObserverOptions, type Rotation } from '../index.ts'
import { chainsOf } from './chain-module.ts'
import { isReaderGone, Status } from './exit.ts'
import { byFlag } from './flag.ts'
import { anonymizerOf } from './key-file.ts'
import { LedgerReports } from './ledger-reports.ts'
import { fieldNames, inWords, outputsOf, rotation } from './outputs.ts'
import { checkPlaces } from './places.ts'
import type { ChainNames } from './observe-worker.ts'
import { Progress } from './progress.ts'
import { onStop } from './signals.ts'
import { summary } from './summary.ts'
import { appended, count, duration, idleTimeout, period } from './values.ts'

interface Options {
  chains: string
  chainModule: readonly string[]
  output: readonly string[]
  format: readonly string[]
  select?: readonly string[]
  uniflow?: true
  table?: string
  rotate?: Rotation
  key?: string
  idleTimeout?: IdleTimeout
  activeTimeout?: number
  expiryDelay?: number
  maxFlows?: number
  limit?: number
  filter?: string
  duration?: number
  snaplen?: number
  promiscuous: boolean
  statsInterval?: number
  merge?: true
  workers?: number
  tunnels?: 'inner' | 'outer'
  anonymize?: string
  summary?: string
  quiet?: true
}

/** Add the command to the program. `done` is told its exit status. */
export function addObserve(program: Command, done: (status: Status) => void): void {
  program.command('observe')
    .summary('read captures or interfaces and write flow records')
    .description(`Read captures or an interface, divide their packets into flows, and write a record for each flow.

SOURCE is a path, - for standard input, a network interface, or a libtrace URI (pcapfile:trace.pcap.gz, int:eth0). Several are read one after the other as one \
observation. Their format (pcap, pcapng, ERF, snoop) and their compression (gzip, zstd, xz, bzip2, lz4) are told by their first octets.`)
    .argument('<source...>', 'captures to read, or an interface')
    .option('-c, --chains <names>', "what to put into records; see 'weir chains'", 'basic,tcp')
    .addOption(new Option('--chain-module <file>', 'add the chains that a module of yours exports, in JavaScript or TypeScript; may be given again').argParser(appended).default([], 'none'))
    .addOption(new Option('-o, --output <target>', 'where records go: a path, - for standard output, or a collector, as in ipfix+udp://HOST:PORT; may be given again').argParser(appended).default([], '-'))
    .addOption(new Option('--format <name>', `format of the records, for each output in its turn: ${FORMATS.map(({ name }) => name).join(', ')}`).argParser(appended).default([], 'by the extension'))
    .option('--select <fields>', 'which fields of the record to write, and in which order (default: all)', fieldNames)
    .option('--rotate <when>', 'write numbered parts, with the time in their names: 1h, 500MB, 1Mrecords', rotation)
    .option('--uniflow', 'IPFIX with a record for each direction, for collectors that know no biflows')
    .option('--table <name>', 'DuckDB: the table to make, or to append to (default: flows)')
    .option('--anonymize <keyfile>', 'put other addresses in the place of all, with their prefixes preserved (Crypto-PAn); the file has a key of 32 octets')
    .option('--key <key>', 'what packets of a flow have in common: flow, hosts or aggregate, and +vlan, +interface (default: flow)')
    .option('--idle-timeout <times>', 'silence that ends a flow, also by protocol: 60,tcp=300,udp=30 (default: 30)', idleTimeout('--idle-timeout'))
    .option('--active-timeout <time>', 'cut the record of a flow that lasts longer (default: never)', duration('--active-timeout'))
    .option('--expiry-delay <time>', 'how long a flow that is complete takes late packets (default: 5)', duration('--expiry-delay'))
    .option('--max-flows <number>', 'flows to keep at once (default: 1000000)', count('--max-flows', 1))
    .option('--tunnels <which>', 'whose flow a packet in a tunnel is: that of the inner IP header, or of the outer (default: inner)')
    .option('--merge', 'read several sources in the order of their packets\' times (default: one after the other)')
    .option('--filter <expression>', "observe only packets that match, in libpcap's language, as in tcpdump: 'udp port 53'")
    .option('--workers <number>', 'threads that share an interface, ring:eth0, each with flows of its own (default: 1)', count('--workers', 1))
    .option('--limit <packets>', 'stop after so many packets', count('--limit', 1))
    .option('--duration <time>', 'stop after so much time of your clock (default: never)', duration('--duration'))
    .option('--snaplen <octets>', 'octets of a frame that are captured from an interface (default: 262144)', count('--snaplen', 1))
    .option('--no-promiscuous', 'take from an interface only what is for this machine')
    .option('--stats-interval <time>', 'write the ledger to standard error so often, as a line of JSON; SIGUSR1 does it once', period('--stats-interval'))
    .option('--summary <file>', 'write the ledger, what became of every packet, as JSON')
    .option('-q, --quiet', 'show neither progress nor summary; warnings and errors are always shown')
    .addHelpText('after', `
Times are in seconds, or have a unit: 500ms, 30s, 5m, 1h, 1d.

Exit status:
  0  done
  1  done, but a capture was cut or corrupt, or an interface went down: all
     before the fault was written
  2  wrong usage
  3  a source or a target cannot be opened or written
  4  a chain failed
SIGINT and SIGTERM stop the reading; what was seen is written, and the status
is 0. A second one ends weir at once.

Examples:
  weir observe trace.pcap.gz
  weir observe -c basic,tcp,id -o flows.ndjson monday.pcap tuesday.pcapng
  weir observe -o flows.csv.gz -o - --select first,sip,dip,oct_rev trace.pcap
  weir observe -c basic,splt:n=50 --chain-module mine.ts trace.pcap
  weir observe -c basic,dns --filter 'udp port 53' trace.pcap
  weir observe --duration 1m eth0 | jq -r .dip
  weir observe --idle-timeout 60,tcp=300 --active-timeout 5m \\
    --summary ledger.json -o flows.ndjson trace.pcap`)
    .action(async (sources: string[], options: Options) => done(await run(sources, options)))
}

async function run(sources: string[], options: Options): Promise<Status> {
  const stop = onStop()
  const chains = await chainsOf(options.chains, options.chainModule)
  const { places, sink } = outputsOf(options)
  await checkPlaces({ sources, outputs: places, summary: options.summary, key: options.anonymize })
  const anonymize = options.anonymize === undefined ? undefined : await anonymizerOf(options.anonymize)
  const { stderr } = process
  let progress: Progress | null = null
  const say = (line: string): void => {
    progress?.clear()
    stderr.write(`${line}\n`)
  }
  const how: ObserverOptions & { chains: AnyChain[] } = {
    ...observerOptions(options), chains, signal: stop, ...(anonymize !== undefined && { anonymize }),
    onWarning: ({ message }) => say(`weir: warning: ${message}`),
  }
  const observer = byFlag(() => (options.workers === undefined ? observe(sources, how) : inWorkers(sources, options.workers, how, { names: options.chains, modules: options.chainModule })))
  const records = sink(observer.schema)
  // a source may be a pipe that says nothing for ever
  await Promise.race([observer.open(), aborted(stop)])
  if (stop.aborted) return Status.Done
  const ledgerFile = options.summary === undefined ? null : await openTarget(options.summary)

  const shows = stderr.isTTY && options.quiet !== true
  // not into records on the same terminal
  if (shows && !(places.includes('-') && process.stdout.isTTY)) progress = new Progress(observer, stderr)
  const started = performance.now()
  const reports = new LedgerReports(observer, say, options.statsInterval)
  let gone = false
  try {
    await observer.writeTo(records)
  } catch (error) {
    gone = isReaderGone(error)
    if (!gone) throw error
  } finally {
    reports.end()
    progress?.end()
    if (ledgerFile !== null) {
      await ledgerFile.write(Buffer.from(`${JSON.stringify(observer.ledger, null, 2)}\n`))
      await ledgerFile.close()
    }
  }
  if (gone) return Status.Done
  const { fault } = observer
  // a filter may turn out not to be for a link type that comes later
  const isUsage = fault instanceof OptionError
  if (fault !== null) say(`weir: ${isUsage ? '' : 'warning: '}${fault.message}`)
  if (shows) stderr.write(summary(observer.ledger, { elapsed: (performance.now() - started) / 1000, output: inWords(places), interrupted: stop.aborted, file: options.summary ?? null }))
  return fault === null ? Status.Done : isUsage ? Status.Usage : Status.Cut
}

/** @throws OptionError where there is more than one source, or it is none that can be shared */
function inWorkers(sources: string[], workers: number, how: ObserverOptions & { chains: AnyChain[] }, data: ChainNames): Observer<unknown> {
  if (sources.length > 1) throw new OptionError('WEIR_OPTION_WORKERS', `--workers is for one interface, and ${sources.length} sources are named`)
  return observeInWorkers(sources[0], { ...how, workers, module: new URL('./observe-worker.js', import.meta.url), data })
}

function observerOptions({ key, idleTimeout, activeTimeout, expiryDelay, maxFlows, limit, filter, duration: time, snaplen, promiscuous, tunnels, merge }: Options): ObserverOptions {
  return {
    ...(key !== undefined && { key }), ...(idleTimeout !== undefined && { idleTimeout }), ...(activeTimeout !== undefined && { activeTimeout }),
    ...(expiryDelay !== undefined && { expiryDelay }), ...(maxFlows !== undefined && { maxFlows }), ...(limit !== undefined && { limit }), ...(filter !== undefined && { filter }), ...(time !== undefined && { duration: time }), ...(snaplen !== undefined && { snaplen }), promiscuous,
    ...(tunnels !== undefined && { tunnels }), ...(merge !== undefined && { merge }),
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

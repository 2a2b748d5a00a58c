/**
 * npm run bench: weir and softflowd on the same captures, in turn. See README.md.
 *
 *   --rounds N      how often each runs (5)
 *   --only NAMES    contestants, of softflowd, library, eleven, ndjson
 *   --file NAMES    captures, of mix-1g, mix-1g-serial
 *   --save          write bench/results/DATE.md as well
 */
import { spawn } from 'node:child_process'
import { createReadStream, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { makeMix } from './mix.js'

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, only: { type: 'string' }, file: { type: 'string' }, save: { type: 'boolean', default: false } },
})

const root = fileURLToPath(new URL('..', import.meta.url))
const output = `${root}bench/data/out.ndjson`
const summary = `${root}bench/data/summary.json`

/**
 * What each runs, and how it tells the packets and records it made of the capture.
 * @type {Record<string, { command: (file: string) => string[], result: (text: string) => { packets: number, records: number } }>}
 */
const contestants = {
  softflowd: {
    command: (file) => ['softflowd', '-r', file, '-n', '127.0.0.1:9995', '-v', '9', '-m', '1000000'],
    result: (text) => ({
      packets: numberAfter(text, 'Packets processed:') + numberAfter(text, 'Ignored packets:'),
      records: numberAfter(text, 'Flows exported:'),
    }),
  },
  library: {
    command: (file) => [process.execPath, `${root}bench/observe.js`, file, 'basic,tcp'],
    result: (text) => JSON.parse(text),
  },
  eleven: {
    command: (file) => [process.execPath, `${root}bench/observe.js`, file, 'basic,tcp,ecn,dscp,mss,tcpopt,tfo,icmp,udp,evil,dns'],
    result: (text) => JSON.parse(text),
  },
  ndjson: {
    command: (file) => [process.execPath, `${root}bin/weir.js`, 'observe', file, '-c', 'basic,tcp', '-o', output, '--summary', summary],
    result: () => JSON.parse(readFileSync(summary, 'utf8')),
  },
}

const names = options.only?.split(',') ?? Object.keys(contestants)
const unknown = names.filter((name) => !(name in contestants))
if (unknown.length > 0) throw new Error(`no contestant '${unknown[0]}'; there are ${Object.keys(contestants).join(', ')}`)
const files = makeMix().filter((path) => options.file?.split(',').includes(basename(path, '.pcap')) ?? true)
const rounds = Number(options.rounds)
const results = []
for (const file of files) results.push(...(await compare(file)))
rmSync(output, { force: true })
rmSync(summary, { force: true })

const report = { date: new Date().toISOString().slice(0, 10), machine: machine(), rounds, results }
writeFileSync(`${root}bench/results/latest.json`, `${JSON.stringify(report, null, 2)}\n`)
const text = table(report)
console.log(text)
if (options.save) writeFileSync(`${root}bench/results/${report.date}.md`, text)

/** Every contestant `rounds` times, in turn, so that what disturbs the machine disturbs all. */
async function compare(/** @type {string} */ file) {
  for await (const _ of createReadStream(file, { highWaterMark: 1 << 22 })); // from here on it is in the page cache
  /** @type {Record<string, { seconds: number[], packets: number, records: number }>} */
  const runs = Object.fromEntries(names.map((name) => [name, { seconds: [], packets: 0, records: 0 }]))
  for (let round = 1; round <= rounds; round++) {
    for (const name of names) {
      const { seconds, packets, records } = await once(name, file)
      runs[name].seconds.push(seconds)
      Object.assign(runs[name], { packets, records })
      console.error(`${basename(file)} ${round}/${rounds} ${name}: ${seconds.toFixed(2)} s`)
    }
  }
  const reference = runs.softflowd && median(runs.softflowd.seconds.map((s) => runs.softflowd.packets / s))
  return names.map((name) => {
    const rates = runs[name].seconds.map((s) => runs[name].packets / s)
    const { packets, records } = runs[name]
    return { file: basename(file, '.pcap'), name, packets, records, median: median(rates), min: Math.min(...rates), max: Math.max(...rates), ratio: reference ? median(rates) / reference : null }
  })
}

/** The whole life of the process, start and end included. */
async function once(/** @type {string} */ name, /** @type {string} */ file) {
  const { command, result } = contestants[name]
  const [program, ...args] = command(file)
  const started = process.hrtime.bigint()
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  let errors = ''
  child.stdout.on('data', (data) => (text += data))
  child.stderr.on('data', (data) => (errors += data))
  const status = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
  const seconds = Number(process.hrtime.bigint() - started) / 1e9
  if (status !== 0) throw new Error(`${name} ended with status ${status}: ${errors}`)
  return { seconds, ...result(text + (name === 'softflowd' ? errors : '')) }
}

function numberAfter(/** @type {string} */ text, /** @type {string} */ label) {
  const found = text.slice(text.indexOf(label) + label.length).match(/\d+/)
  if (!text.includes(label) || found === null) throw new Error(`no '${label}' in: ${text}`)
  return Number(found[0])
}

function median(/** @type {number[]} */ numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]
}

function machine() {
  return `${cpus()[0].model.trim()}, ${cpus().length} cores, Node ${process.versions.node}`
}

function table(/** @type {typeof report} */ { date, machine: line, rounds: count, results: rows }) {
  const million = (/** @type {number} */ n) => (n / 1e6).toFixed(2)
  return [
    `# ${date}`, '', `${line}. Median of ${count}, in turn; packets over the time of the whole process, in millions a second.`, '',
    '| capture | what | packets | records | median | min | max | softflowd = 1 |', '|---|---|---|---|---|---|---|---|',
    ...rows.map((r) => `| ${r.file} | ${r.name} | ${r.packets} | ${r.records} | ${million(r.median)} | ${million(r.min)} | ${million(r.max)} | ${r.ratio?.toFixed(2) ?? ''} |`), '',
  ].join('\n')
}

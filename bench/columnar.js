/**
 * Records of a capture, kept in memory, written by each sink and by DuckDB's appender in turn: node bench/columnar.js FILE [--chains NAMES]
 * [--rounds N] [--times N]. `--times` writes them so often into one file, to see whether memory grows. Every contestant has a process of its own.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import * as weir from '../dist/index.js'
import { appender } from './appender.js'

const { values: options, positionals: [file, contestant] } = parseArgs({
  allowPositionals: true,
  options: { chains: { type: 'string', default: 'basic,tcp' }, rounds: { type: 'string', default: '3' }, times: { type: 'string', default: '1' } },
})
if (file === undefined) throw new Error('usage: node bench/columnar.js FILE [--chains NAMES] [--rounds N] [--times N]')

const CONTESTANTS = {
  'appender, vectors': (path) => appender(path, 'vectors'),
  'appender, chunks': (path) => appender(path, 'chunks'),
  ...Object.fromEntries(['parquet', 'arrow', 'duckdb', 'ndjson'].map((name) => [name, (path) => weir.formatOf(path, name).to(path)])),
}

/** Batches as they come, each with memory of its own. */
class Recorded {
  schema = null
  batches = []

  open(schema) {
    this.schema = schema
  }

  write(batch) {
    const copies = new Map()
    const copied = (array) => {
      const { buffer } = array
      if (!copies.has(buffer)) copies.set(buffer, buffer.slice())
      return new array.constructor(copies.get(buffer), array.byteOffset, array.length)
    }
    const place = (is) => ({ ...is, data: copied(is.data) })
    const columns = batch.columns.map((column) => {
      if ('values' in column) return { ...column, values: column.values.slice(0, batch.length) }
      if (column.kind === 'address') return { ...column, family: place(column.family), four: place(column.four), six: place(column.six) }
      return { ...place(column), ...(column.validity && { validity: place(column.validity) }) }
    })
    this.batches.push({ id: batch.id, length: batch.length, columns, number: this.batches.length })
  }

  close() {}
}

async function run(name, path) {
  const recorded = new Recorded()
  await weir.observe(file, { chains: weir.chainsByName(options.chains) }).writeTo(recorded)
  // each has memory of its own, and so a number of its own
  const batches = recorded.batches.map((batch) => ({ ...batch, id: 1_000_000 + batch.number }))
  const sink = CONTESTANTS[name](path)
  globalThis.gc?.()
  const before = process.memoryUsage().rss, cpu = process.cpuUsage(), started = performance.now()
  let peak = before, records = 0
  await sink.open(recorded.schema)
  for (let time = 0; time < Number(options.times); time++) {
    for (const batch of batches) {
      await sink.write(batch)
      records += batch.length
      peak = Math.max(peak, process.memoryUsage.rss())
    }
  }
  await sink.close()
  const { user, system } = process.cpuUsage(cpu)
  return { seconds: (performance.now() - started) / 1000, cpu: (user + system) / 1e6, records, columns: recorded.schema.columns.length, more: Math.max(peak, process.memoryUsage.rss()) - before, size: statSync(path).size }
}

if (contestant !== undefined) {
  const directory = mkdtempSync(join(tmpdir(), 'weir-bench-'))
  try {
    console.log(JSON.stringify(await run(contestant, join(directory, 'records'))))
  } finally {
    rmSync(directory, { recursive: true })
  }
} else {
  const results = Object.fromEntries(Object.keys(CONTESTANTS).map((name) => [name, []]))
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const name of Object.keys(CONTESTANTS)) {
      results[name].push(JSON.parse(execFileSync(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url), ...process.argv.slice(2), name], { encoding: 'utf8' })))
    }
  }
  const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
  const of = (name, key) => median(results[name].map((result) => result[key]))
  const best = of('appender, vectors', 'seconds')
  console.log(`${results.parquet[0].records} records of ${results.parquet[0].columns} columns; median of ${options.rounds}\n`)
  console.log('| what | s | s of processors | thousand records a second | MB | memory, MB more | appender = 1 |\n|---|---|---|---|---|---|---|')
  for (const name of Object.keys(CONTESTANTS)) {
    const seconds = of(name, 'seconds')
    console.log(`| ${[name, seconds.toFixed(2), of(name, 'cpu').toFixed(2), (of(name, 'records') / seconds / 1000).toFixed(0), (of(name, 'size') / 1e6).toFixed(1), (of(name, 'more') / 1e6).toFixed(0), (seconds / best).toFixed(2)].join(' | ')} |`)
  }
}

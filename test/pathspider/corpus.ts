import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { FlatRecord } from './model.ts'
import type { Form } from './rules.ts'

export const corpora = process.env['WEIR_CORPORA'] ?? fileURLToPath(new URL('../../../shared/corpora', import.meta.url))
export const present = existsSync(join(corpora, 'pathspider')) && existsSync(join(corpora, 'edge'))
/** To be put behind the name of what needs the corpora. */
export const unlessPresent = present ? '' : ' (skipped: WEIR_CORPORA names no corpora)'

/** What PATHspider counted; its `flows` are those begun. */
export interface Counters {
  readonly packets: number
  readonly nonip: number
  readonly shortkey: number
  readonly flows: number
  /** Null where it came to its end. */
  readonly error: string | null
}

/** What PATHspider gave for a capture. */
export interface Run {
  readonly capture: string
  readonly path: string
  readonly form: Form
  readonly chains: readonly string[]
  readonly records: readonly FlatRecord[]
  readonly counters: Counters | null
}

/** Names of runs that are no chain's. */
const CHAINS_OF: Readonly<Record<string, readonly string[]>> = {
  'seed': ['basic'],
  'seedtcp': ['basic', 'tcp'],
  'ref-basic': ['basic'],
  'head-bt': ['basic', 'tcp'],
  'head-safe': ['basic', 'tcp', 'udp', 'icmp', 'ecn', 'dscp', 'mss', 'tcpopt', 'tfo', 'dns'],
}

/** Fields by the name that they have in weir, where that is another. */
const RENAMED: Readonly<Record<string, string>> = {
  pkt_first: 'first', pkt_last: 'last', fwd_fin: 'tcp_fin_fwd', rev_fin: 'tcp_fin_rev', fwd_rst: 'tcp_rst_fwd', rev_rst: 'tcp_rst_rev',
}

export function readRuns(): Run[] {
  if (!present) return []
  return [
    ...runsIn(join(corpora, 'pathspider/captures'), join(corpora, 'pathspider/observed'), 'pathspider/'),
    ...runsIn(join(corpora, 'edge'), join(corpora, 'edge'), 'edge/'),
  ]
}

function runsIn(captures: string, observed: string, prefix: string): Run[] {
  return readdirSync(observed).filter((name) => name.endsWith('.ndjson')).map((name) => {
    const [capture, kind] = name.split('.')
    const counters = readCounters(join(observed, `${capture}.${kind}.counters.json`))
    return {
      capture: prefix + capture,
      path: join(captures, `${capture}.pcap`),
      form: kind === 'seed' || kind === 'seedtcp' ? kind : 'head',
      chains: counters?.chains ?? CHAINS_OF[kind] ?? [kind.replace('head-', '')],
      records: readFileSync(join(observed, name), 'utf8').split('\n').filter((line) => line !== '').map(readRecord),
      counters,
    }
  })
}

function readCounters(path: string): (Counters & { readonly chains?: readonly string[] }) | null {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Counters & { readonly chains?: readonly string[] }) : null
}

/** A field whose name begins with an underscore is none of the record's: it shows that the flow was flushed. */
function readRecord(line: string): FlatRecord {
  const fields = Object.entries(JSON.parse(line) as FlatRecord)
  return Object.fromEntries(fields.filter(([name]) => !name.startsWith('_')).map(([name, value]) => [RENAMED[name] ?? name, value]))
}

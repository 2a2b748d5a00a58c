import { compile } from '../chain/compile.ts'
import type { AnyChain, Checked, FlowRecord } from '../chain/types.ts'
import { OptionError, type WeirError } from '../errors.ts'
import { Ledger } from '../ledger.ts'
import { flowProperty } from '../observer/batch.ts'
import { Observer, type ObserverOptions } from '../observer/observer.ts'
import { DEFAULT_FLOWS } from '../observer/options.ts'
import { LONGEST_TIMER } from '../observer/waiting.ts'
import type { Batch, NumberColumn } from '../schema/schema.ts'
import { LONGEST_SNAPLEN } from '../source/live/options.ts'
import { parseUri } from '../source/uri.ts'
import type { Coming, Crew } from './crew.ts'
import { received, type Task } from './messages.ts'

export interface WorkerOptions extends ObserverOptions {
  /** How many threads observe. @range 1-256 */
  readonly workers: number
  /** The module that each of them runs: it calls `work`. */
  readonly module: URL
  /** What `work` makes the chains from, the same as `chains`; it is cloned. */
  readonly data?: unknown
}

/** A fanout group has no more members. @source Linux, af_packet.c */
const MOST = 256

/**
 * Observe the flows of an interface of Linux, `ring:eth0`, on several threads. The kernel gives each packet to one of them, by its two addresses: all packets between two
 * hosts come to the same. Their records are one observation's; they come in no certain order.
 * @throws {OptionError} for a wrong option, and for any other source @throws {ChainError} for chains that clash
 */
export function observeInWorkers<const C extends readonly AnyChain[]>(source: string, options: WorkerOptions & { readonly chains: C & Checked<C> }): Observer<FlowRecord<C>> {
  return new ObserverOfWorkers(source, options.chains as readonly AnyChain[], options)
}

class ObserverOfWorkers<R> extends Observer<R> {
  private readonly interface: string
  private readonly workers: WorkerOptions
  /** Names of the fields that number flows. */
  private readonly numbers: readonly string[]
  private crew: Crew | null = null

  constructor(source: string, chains: readonly AnyChain[], options: WorkerOptions) {
    super(() => Promise.reject(new Error('workers open their sources themselves')), chains, options)
    this.interface = checked(source, options)
    this.workers = options
    this.numbers = compile(chains, false).chains.flatMap(({ chain }) => chain.columns.filter(({ name }) => flowProperty(chain, name) === 'number').map(({ name }) => name))
  }

  override get active(): number {
    return this.crew?.members.reduce((sum, { status }) => sum + (status?.active ?? 0), 0) ?? 0
  }

  override get progress(): { position: number; size: number | null } {
    return { position: this.crew?.members.reduce((sum, { status }) => sum + (status?.position ?? 0), 0) ?? 0, size: null }
  }

  override get fault(): WeirError | null {
    const fault = this.crew?.members.find(({ status }) => status?.fault != null)?.status?.fault ?? null
    return fault === null ? null : (received(fault) as WeirError)
  }

  override flush(): void {
    this.crew?.tell({ kind: 'flush' })
  }

  override purgeIdle(seconds: number): void {
    this.crew?.tell({ kind: 'purge', seconds })
  }

  override async open(): Promise<void> {
    if (this.crew !== null) return
    const { workers, module, onWarning } = this.workers
    const { Crew } = await import('./crew.ts')
    const crew = new Crew(workers, module, this.task(), { onWarning: (warning) => onWarning?.(warning), onStatus: () => this.sum() })
    this.crew = crew
    try {
      // the first makes the group that the others join
      const [first, ...others] = crew.members
      first.tell({ kind: 'open', group: null })
      const { group } = ready(await crew.next())
      for (const other of others) other.tell({ kind: 'open', group })
      for (const _ of others) ready(await crew.next())
    } catch (error) {
      await crew.dismiss()
      throw error
    }
  }

  protected override async close(): Promise<void> {
    await this.crew?.dismiss()
  }

  protected override async *batches(): AsyncGenerator<Batch, void, undefined> {
    this.refuseToRunAgain()
    this.started = true
    await this.open()
    const crew = this.crew!
    const { signal, duration } = this.workers
    const stop = (): void => crew.tell({ kind: 'stop', discard: false })
    let failure: Error | null = null
    let timer: ReturnType<typeof setTimeout> | undefined
    try {
      crew.tell({ kind: 'begin' })
      signal?.addEventListener('abort', stop)
      if (signal?.aborted) stop()
      if (duration !== undefined) timer = setTimeout(stop, Math.min(duration * 1000, LONGEST_TIMER))
      for (let next = await crew.next(); next !== null; next = await crew.next()) {
        if (next.kind === 'batch') {
          yield this.prepared(next)
          next.from.tell({ kind: 'taken' })
        } else if (next.kind === 'ended') {
          failure ??= next.error
          stop()
        }
      }
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
      await crew.dismiss()
      this.sum()
    }
    if (failure !== null) throw failure
  }

  private prepared({ message, from }: Coming & { kind: 'batch' }): Batch {
    const batch = from.copies.receive(message)
    const { members } = this.crew!
    // each worker numbers its own flows from 1
    for (const { data, offset, stride } of batch.columns.filter((column): column is NumberColumn => this.numbers.includes(column.name))) {
      for (let i = 0; i < batch.length; i++) data[offset + i * stride] = (data[offset + i * stride] - 1) * members.length + members.indexOf(from) + 1
    }
    this.anonymous?.replace(batch)
    return batch
  }

  /** What all have counted. */
  private sum(): void {
    const sum = new Ledger()
    for (const { status } of this.crew!.members) {
      if (status === null) continue
      for (const [name, count] of Object.entries(status.ledger) as [keyof Ledger, number | null][]) {
        if (count !== null) sum[name] = (sum[name] ?? 0) + count
      }
    }
    Object.assign(this.ledger, sum)
  }

  private task(): Task {
    const { key, idleTimeout, activeTimeout, expiryDelay, maxFlows = DEFAULT_FLOWS, tunnels, filter = null, snaplen = LONGEST_SNAPLEN, promiscuous = true, workers, data } = this.workers
    return {
      name: this.interface, data, live: { snaplen, promiscuous, filter },
      options: {
        ...(key !== undefined && { key }), ...(idleTimeout !== undefined && { idleTimeout }), ...(activeTimeout !== undefined && { activeTimeout }), ...(expiryDelay !== undefined && { expiryDelay }),
        ...(tunnels !== undefined && { tunnels }), maxFlows: Math.ceil(maxFlows / workers),
      },
    }
  }
}

/** @returns the interface @throws {OptionError} */
function checked(source: string, { workers, limit, key }: WorkerOptions): string {
  const refuse = (what: string): OptionError => new OptionError('WEIR_OPTION_WORKERS', what)
  const { scheme, body } = parseUri(source)
  if (scheme?.name !== 'ring') throw refuse(`workers share an interface of Linux, as in ring:eth0: ${source} is read by one`)
  if (!Number.isInteger(workers) || workers < 1 || workers > MOST) throw refuse(`workers is ${workers}: it must be a whole number from 1 to ${MOST}`)
  if (limit !== undefined) throw refuse('workers do not know of each other how many packets they had: limit is for one alone')
  if (key?.startsWith('aggregate')) throw refuse(`key is ${key}: one flow of all packets is for one worker`)
  return body
}

/** @throws what a worker failed with */
function ready(coming: Coming | null): { readonly group: number } {
  if (coming?.kind === 'ready') return coming
  throw coming?.kind === 'ended' && coming.error !== null ? coming.error : new OptionError('WEIR_OPTION_WORKERS', 'a worker ended before it began')
}

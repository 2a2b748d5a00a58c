import { compile } from '../chain/compile.ts'
import type { AnyChain } from '../chain/types.ts'
import { OptionError, SinkError, type WeirError } from '../errors.ts'
import { Ledger } from '../ledger.ts'
import type { Anonymizer } from '../schema/anonymizer.ts'
import type { Batch, Schema } from '../schema/schema.ts'
import type { Sink } from '../sink/sink.ts'
import type { PacketSource } from '../source/source.ts'
import { Anonymous } from './anonymous.ts'
import type { RecordBatch } from './batch.ts'
import { Flows } from './flows.ts'
import { HookCaller } from './hook-caller.ts'
import { checkLive, duration, type FlowOptions, resolve, type ResolvedOptions, type Warning } from './options.ts'
import { outletRows } from './outlet.ts'
import { Pipeline } from './pipeline.ts'
import { RecordMaker } from './record.ts'
import { Waiting } from './waiting.ts'

/** Flows that are ended at a time in the final flush. @unit flows */
const FLUSH_STEP = 16_384
/** The event loop is let in at least so often, so that signals and slow consumers are heard. @unit milliseconds */
const BREATH = 50
/** An ArrayBuffer of more cannot be indexed by every width of element. @unit octets */
const MEMORY_LIMIT = 4 * 2 ** 30

export interface ObserverOptions extends FlowOptions {
  /** Read several sources in the order of their packets' times, rather than one after the other. Default: false. */
  readonly merge?: boolean
  /** Which packets to observe, in libpcap's language: `udp port 53`. Default: all. */
  readonly filter?: string
  /** Stop after so much time of the machine's clock. Default: never. @unit seconds */
  readonly duration?: number
  /** Octets of a frame that a live source captures. Default: 262144, which is all of it. @range 1-262144 */
  readonly snaplen?: number
  /** Live sources also take frames that are for others. Default: true. */
  readonly promiscuous?: boolean
  /** When it is aborted, reading stops, every flow is flushed, and the observation ends in order. */
  readonly signal?: AbortSignal
  /** Put other addresses in the place of those of records, as `cryptoPan(key)` does, before anybody sees them. Hooks see the true ones. */
  readonly anonymize?: Anonymizer
  /** Told what is wrong but does not stop the observation. */
  readonly onWarning?: (warning: Warning) => void
}

/**
 * One observation: pulls packets from its source, and gives finished records: as objects, to iterate over, or to a sink, as columns.
 * It runs once.
 */
export class Observer<R = Record<string, unknown>> implements AsyncIterable<R> {
  /** Columns of the record. */
  readonly schema: Schema
  /** One counter for every packet's fate; it balances at every moment. */
  readonly ledger = new Ledger()

  private readonly openSource: () => Promise<PacketSource>
  protected readonly options: ObserverOptions
  protected readonly anonymous: Anonymous | null
  private readonly hooks = new HookCaller()
  private readonly flows: Flows
  private readonly pipeline: Pipeline
  private source: PacketSource | null = null
  private waiting: Waiting | null = null
  protected started = false
  /** The user wants what was ended by `flush` or `purgeIdle`. */
  private asked = false

  /** @throws {OptionError} @throws {ChainError} */
  constructor(openSource: () => Promise<PacketSource>, chains: readonly AnyChain[], options: ObserverOptions) {
    this.openSource = openSource
    this.options = options
    const resolved = resolve(options)
    checkLive(options)
    const compiled = compile(chains, resolved.key.base !== 'flow')
    refuseTooMuch(resolved, compiled.template.length * 4)
    this.schema = compiled.schema
    this.anonymous = options.anonymize === undefined ? null : new Anonymous(options.anonymize, this.schema)
    this.flows = new Flows(compiled, resolved, this.ledger, this.hooks)
    this.pipeline = new Pipeline(this.flows, resolved, this.ledger, this.hooks)
  }

  /** Flows in the table: active ones, and those that are complete and wait for late packets. */
  get active(): number {
    return this.flows.active
  }

  /** How far the source was read, in octets as it is stored; `size` is null where nobody knows. */
  get progress(): { position: number; size: number | null } {
    return { position: this.source?.position ?? 0, size: this.source?.size ?? null }
  }

  /** Why a source ended early; null as long as all are whole. */
  get fault(): WeirError | null {
    return this.source?.fault ?? null
  }

  /** Open the sources, so that one that cannot be opened shows before anything is written. Iterating and writing do it by themselves. */
  async open(): Promise<void> {
    this.source ??= await this.openSource()
  }

  /** End every flow now, and go on: their records come next. */
  flush(): void {
    this.ask()
    this.flows.flush()
    while (this.flows.flushNext(FLUSH_STEP));
  }

  /** End every flow that was silent for more than so many seconds of packet time. @throws {OptionError} */
  purgeIdle(seconds: number): void {
    this.ask()
    this.flows.purge(duration('purgeIdle', seconds))
  }

  /**
   * Run to the end and hand every record to the sink. A slow sink slows the source down.
   * @throws {SourceError} @throws {SinkError} @throws {HookError} after all that was seen has been written
   */
  async writeTo(sink: Sink): Promise<void> {
    this.refuseToRunAgain()
    await this.open()
    try {
      await sink.open(this.schema, this.ledger)
    } catch (error) {
      await this.close()
      throw counted(error, 0)
    }
    let given = 0
    try {
      for await (const batch of this.batches()) {
        given += batch.length
        const written = sink.write(batch)
        if (written !== undefined) await written
      }
    } catch (error) {
      // what went wrong first is what the user must know
      await Promise.resolve(sink.close()).catch(() => undefined)
      throw counted(error, given)
    }
    try {
      await sink.close()
    } catch (error) {
      throw counted(error, given)
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<R, void, undefined> {
    const maker = new RecordMaker(this.schema)
    for await (const batch of this.batches()) {
      for (let i = 0; i < batch.length; i++) yield maker.make(batch, i) as R
    }
  }

  /** Every finished record; a batch is the consumer's until it asks for the next. */
  protected async *batches(): AsyncGenerator<Batch, void, undefined> {
    this.refuseToRunAgain()
    this.started = true
    await this.open()
    const source = this.source!
    if (source.names !== undefined) this.flows.sourceNames.push(source.name, ...source.names)
    const waiting = (this.waiting = new Waiting(this.options.signal, this.options.duration ?? Infinity))
    try {
      let breath = performance.now()
      for (let more = true; more && !this.pipeline.done && !waiting.isOver; ) {
        const before = this.ledger.packets
        const dry = !this.pipeline.run(source)
        if (dry && this.ledger.packets === before) this.flows.passTime(source.silentUntil)
        this.account(source)
        const late = performance.now() - breath > BREATH
        // records wait until there are many of them, unless somebody may wait for them
        const { outlet } = this.flows
        if (outlet.hasWhole || (outlet.waiting && (late || this.asked || source.stored !== true))) yield* this.deliver()
        else this.asked = false
        // a consumer may have asked for more records, or stopped the observation, while it had these
        if (dry && !this.asked && !waiting.isOver) {
          const refilled = waiting.refill(source)
          // where what is read is there at once, not even a promise is made
          more = typeof refilled === 'boolean' ? refilled : await refilled
        }
        if (late) {
          await nextTurn()
          breath = performance.now()
        }
      }
      this.account(source)
      this.flows.flush()
      for (let more = true; more; ) {
        more = this.flows.flushNext(FLUSH_STEP)
        yield* this.deliver()
      }
      this.warn()
      if (this.hooks.failure !== null) throw this.hooks.failure
    } finally {
      waiting.end()
      await source.close()
      // what was lost until then
      this.account(source)
    }
  }

  /** Records are wanted now, also where the source is waited for. */
  private ask(): void {
    this.asked = true
    this.waiting?.wake()
  }

  /** Give back what was opened, where nothing is read. */
  protected async close(): Promise<void> {
    await this.source?.close()
  }

  protected refuseToRunAgain(): void {
    if (this.started) throw new OptionError('WEIR_OBSERVER_USED', 'an observer runs once: call observe again')
  }

  private *deliver(): Generator<RecordBatch, void, undefined> {
    const { outlet } = this.flows
    this.asked = false
    for (const batch of outlet.take()) {
      this.anonymous?.replace(batch)
      yield batch
      outlet.giveBack(batch)
    }
  }

  private account(source: PacketSource): void {
    this.ledger.filtered = source.filtered
    this.ledger.dropped = source.dropped
  }

  private warn(): void {
    const { unknownLinks } = this.pipeline
    if (unknownLinks.size === 0) return
    const named = [...unknownLinks].map(([type, packets]) => `${type} (${packets} ${packets === 1 ? 'packet' : 'packets'})`).join(', ')
    this.options.onWarning?.({ code: 'WEIR_LINK_TYPE', message: `link types that are not known: ${named}; counted as non-IP` })
  }
}

/** Let a sink's error say how many records were written, of those that the sink was given. */
function counted(error: unknown, given: number): unknown {
  if (!(error instanceof SinkError)) return error
  const count = error.records ?? given
  const most = error.records === null ? 'at most ' : '', fate = error.removed ? ', and went with the unfinished file' : ''
  error.message += count === 0 ? '; no record was written' : `; ${most}${count === 1 ? '1 record was' : `${count} records were`} written before${fate}`
  return error
}

function refuseTooMuch({ maxFlows }: ResolvedOptions, rowOctets: number): void {
  const most = Math.floor(MEMORY_LIMIT / rowOctets) - outletRows(rowOctets / 4)
  if (maxFlows <= most) return
  throw new OptionError('WEIR_OPTION_MAX_FLOWS', `maxFlows is ${maxFlows}, at ${rowOctets} octets a flow with these chains: at most ${most} fit into 4 GiB`, { option: 'maxFlows' })
}

/** Let the event loop turn; a browser has no setImmediate. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => (typeof setImmediate === 'function' ? setImmediate(resolve) : setTimeout(resolve, 0)))
}

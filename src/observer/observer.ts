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
import { duration, type FlowOptions, resolve, type ResolvedOptions, type Warning } from './options.ts'
import { Pipeline } from './pipeline.ts'
import { RecordMaker } from './record.ts'

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
  protected started = false
  /** The user wants what was ended by `flush` or `purgeIdle`. */
  private asked = false

  /** @throws {OptionError} @throws {ChainError} */
  constructor(openSource: () => Promise<PacketSource>, chains: readonly AnyChain[], options: ObserverOptions) {
    this.openSource = openSource
    this.options = options
    const resolved = resolve(options)
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
    this.asked = true
    this.flows.flush()
    while (this.flows.flushNext(FLUSH_STEP));
  }

  /** End every flow that was silent for more than so many seconds of packet time. @throws {OptionError} */
  purgeIdle(seconds: number): void {
    this.asked = true
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
    try {
      let breath = performance.now()
      for (let more = true; more && !this.stopped; ) {
        const dry = !this.pipeline.run(source)
        this.account(source)
        const late = performance.now() - breath > BREATH
        // records wait until there are many of them, unless somebody may wait for them
        const { outlet } = this.flows
        if (outlet.hasWhole || (outlet.waiting && (late || this.asked || source.stored !== true))) yield* this.deliver()
        if (dry) more = await this.refill(source)
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
      await source.close()
    }
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

  private get stopped(): boolean {
    return this.pipeline.done || this.options.signal?.aborted === true
  }

  /** Wait for more packets, or for the signal. */
  private async refill(source: PacketSource): Promise<boolean> {
    const { signal } = this.options
    if (signal === undefined) return source.refill()
    // the consumer may have aborted since: no event would come
    if (signal.aborted) return false
    let stop: () => void = () => undefined
    const aborted = new Promise<boolean>((resolve) => {
      stop = () => resolve(false)
      signal.addEventListener('abort', stop, { once: true })
    })
    try {
      return await Promise.race([source.refill(), aborted])
    } finally {
      signal.removeEventListener('abort', stop)
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
  if (maxFlows * rowOctets <= MEMORY_LIMIT) return
  const most = Math.floor(MEMORY_LIMIT / rowOctets)
  throw new OptionError('WEIR_OPTION_MAX_FLOWS', `maxFlows is ${maxFlows}, at ${rowOctets} octets a flow with these chains: at most ${most} fit into 4 GiB`)
}

/** Let the event loop turn; a browser has no setImmediate. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => (typeof setImmediate === 'function' ? setImmediate(resolve) : setTimeout(resolve, 0)))
}

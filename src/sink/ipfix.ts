import type { Ledger } from '../ledger.ts'
import type { Batch, Column, Schema, TimeColumn } from '../schema/schema.ts'
import { Blocks } from './blocks.ts'
import { OwnElements } from './ipfix-elements.ts'
import { ledgerRecord } from './ipfix-ledger.ts'
import { Message } from './ipfix-message.ts'
import { type Collector, isCollector, openCollector } from './ipfix-collector.ts'
import { Forms } from './ipfix-record.ts'
import { OPTIONS_TEMPLATE_SET, Templates, TYPE_INFORMATION, typeInformation } from './ipfix-template.ts'
import { openTarget } from './open.ts'
import type { Sink } from './sink.ts'
import type { ByteTarget } from './target.ts'

/** There is one observer, and so one observation domain. */
const DOMAIN = 1

export interface IpfixOptions {
  /** Write each direction as a flow of its own, for collectors that do not know RFC 5103; one without packets is left away. */
  readonly uniflow?: boolean | undefined
}

/**
 * A sink that writes IPFIX messages (RFC 7011): biflows with reverse elements (RFC 5103), templates with the fields that a record has,
 * and type information (RFC 5610) about fields that IANA's registry does not have. A file of them is that of RFC 5655.
 * @param to a path, `-` for standard output, `ipfix+udp://HOST:PORT`, `ipfix+tcp://HOST:PORT`, or a target of your own
 */
export function ipfix(to: string | ByteTarget, { uniflow = false }: IpfixOptions = {}): Sink {
  let exporter: Exporter | null = null
  return {
    async open(_schema: Schema, ledger?: Ledger) {
      exporter = new Exporter(typeof to === 'string' && isCollector(to) ? await openCollector(to) : streamed(typeof to === 'string' ? await openTarget(to) : to), uniflow, ledger ?? null)
    },
    async write(batch: Batch) {
      if (exporter === null) throw new TypeError('a sink is opened before it is written to')
      await exporter.write(batch)
    },
    async close() {
      await exporter?.close()
      exporter = null
    },
  }
}

/** Messages one behind the other. */
function streamed(target: ByteTarget): Collector {
  const blocks = new Blocks(target)
  return {
    limit: 65535, refresh: null, isLive: false, offer: () => blocks.offer(), close: () => blocks.close(),
    async write(bytes, records) {
      await blocks.put(bytes)
      blocks.records = records
    },
  }
}

class Exporter {
  private readonly collector: Collector
  private readonly uniflow: boolean
  private readonly ledger: Ledger | null
  private readonly own = new OwnElements()
  private readonly templates = new Templates()
  private readonly message: Message
  private readonly prepared = new Map<number, readonly Forms[]>()
  /** Of the templates that the collector has. */
  private generation = 0
  private described = 0
  private messages = 0
  private refreshed = 0
  private time = 0
  /** Records that are whole in this message and those before, and how many data records they are. */
  private records = 0
  private exported = 0

  constructor(collector: Collector, uniflow: boolean, ledger: Ledger | null) {
    this.collector = collector
    this.uniflow = uniflow
    this.ledger = ledger
    this.message = new Message(collector.limit)
  }

  async write(batch: Batch): Promise<void> {
    const views = this.formsOf(batch)
    const last = batch.columns.find((column): column is TimeColumn & Column => column.kind === 'time' && column.ie === 'flowEndNanoseconds')
    for (let i = 0; i < batch.length; i++) {
      if (this.isDue()) await this.describe()
      for (const forms of views) {
        const form = forms.of(i)
        if (form === null) continue
        while (!this.message.add(form, i, this.generation)) await this.send()
        this.exported++
      }
      this.records++
      if (last !== undefined) this.time = Math.max(this.time, last.data[last.offset + i * last.stride])
    }
    await this.send()
    this.collector.offer()
  }

  async close(): Promise<void> {
    try {
      if (this.ledger !== null) {
        if (this.generation === 0) await this.describe()
        await this.account(this.ledger)
        await this.send()
      } else if (this.generation === 0 && !this.collector.isLive) {
        // a file of no records says by a message without sets what it is
        await this.collector.write(this.message.finish(this.time, DOMAIN), 0)
      }
    } finally {
      await this.collector.close()
    }
  }

  private formsOf(batch: Batch): readonly Forms[] {
    let forms = this.prepared.get(batch.id)
    if (forms === undefined) {
      if (this.prepared.size === 16) this.prepared.clear()
      forms = (this.uniflow ? ['fwd', 'rev'] as const : ['both'] as const).map((view) => new Forms(batch, view, this.own, this.templates))
      this.prepared.set(batch.id, forms)
    }
    return forms
  }

  /** Whether the collector must be told what is sent: at first, and again from time to time. */
  private isDue(): boolean {
    if (this.generation === 0 || this.described < this.own.all.length) return true
    const { refresh } = this.collector
    return refresh !== null && this.messages > 0 && (this.messages >= refresh.messages || performance.now() - this.refreshed > refresh.milliseconds)
  }

  /** Tell about our own elements, and forget which templates were sent. */
  private async describe(): Promise<void> {
    if (this.messages > 0) await this.send()
    this.generation++
    this.messages = 0
    this.refreshed = performance.now()
    this.described = this.own.all.length
    if (this.described > 0) await this.put(OPTIONS_TEMPLATE_SET, TYPE_INFORMATION.octets)
    for (const element of this.own.all) await this.put(TYPE_INFORMATION.id, typeInformation(element))
    if (this.ledger !== null && this.exported > 0) await this.account(this.ledger)
    // some collectors do not count records of options in sequence numbers: where these go ahead of all flows, such a one begins behind them
    if (this.collector.isLive) await this.send()
  }

  /** Tell what became of the packets so far. */
  private async account(ledger: Ledger): Promise<void> {
    const { template, octets } = ledgerRecord(ledger, this.exported, DOMAIN, this.templates)
    if (template.sent !== this.generation) await this.put(OPTIONS_TEMPLATE_SET, template.octets)
    template.sent = this.generation
    await this.put(template.id, octets)
  }

  private async put(set: number, octets: Uint8Array): Promise<void> {
    while (!this.message.addOctets(set, octets)) await this.send()
  }

  private async send(): Promise<void> {
    if (this.message.isEmpty) return
    this.messages++
    await this.collector.write(this.message.finish(this.collector.isLive ? Math.floor(Date.now() / 1000) : this.time, DOMAIN), this.records)
  }
}

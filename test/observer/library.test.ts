import { setFlagsFromString } from 'node:v8'
import { runInThisContext } from 'node:vm'
import { describe, expect, it } from 'vitest'

import { type Anonymizer, basic, type Batch, defineChain, id, MemorySource, observe, type ObserverOptions, type Packet, type PacketSource, type Sink, SinkError, tcp, u32 } from '../../src/index.ts'
import { capture, ethernet, ipv4 } from '../../src/testing/build.ts'
import { KeepingSink } from './columns.ts'
import { CLIENT, datagram, EPOCH, frameAt, observed, SERVER } from './observed.ts'

const small = { maxFlows: 1000 }

/** Flows that end one after the other: packet i is of flow i, a minute after the one before. */
class Minutes implements PacketSource {
  readonly name = 'minutes'
  readonly position = 0
  readonly size = null
  readonly filtered = null
  readonly dropped = null
  readonly fault = null
  /** Packets that were read. */
  read = 0
  refills = 0
  closed = 0
  private left = 0
  private readonly memory: MemorySource
  private readonly total: number
  private readonly atOnce: number
  /** Called when it begins to wait, for ever: where it is left out, the source ends. */
  private readonly onWait: (() => void) | undefined

  constructor(total: number, { atOnce = 1, onWait }: { atOnce?: number; onWait?: () => void } = {}) {
    this.total = total
    this.atOnce = atOnce
    this.onWait = onWait
    this.memory = new MemorySource(Array.from({ length: 1000 }, (_, i) => ({ bytes: datagram({ port: 1 + i }), seconds: EPOCH + i * 60 })), { times: Infinity, secondsApart: 60_000 })
  }

  next(packet: Packet): boolean {
    if (this.left === 0 || !this.memory.next(packet)) return false
    this.left--
    this.read++
    return true
  }

  async refill(): Promise<boolean> {
    this.refills++
    if (this.read >= this.total) {
      if (this.onWait === undefined) return false
      this.onWait()
      return new Promise(() => undefined)
    }
    if (this.left === 0) this.left = Math.min(this.atOnce, this.total - this.read)
    return this.memory.refill()
  }

  async close(): Promise<void> {
    this.closed++
    await this.memory.close()
  }
}

/** Collects what records say, and closes the source like any consumer. */
async function collect<T>(records: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const record of records) all.push(record)
  return all
}

describe('iteration', () => {
  it('gives plain objects, which may be kept', async () => {
    const source = new Minutes(20_000, { atOnce: 5000 })
    const records = await collect(observe(source, { ...small, chains: [id] }))
    expect(records).toHaveLength(20_000)
    records.forEach((record, i) => { if (record.flow_id !== i + 1 || record.first !== EPOCH + i * 60) expect(record).toMatchObject({ flow_id: i + 1, first: EPOCH + i * 60 }) })
    expect(Object.getPrototypeOf(records[0])).toBe(Object.prototype)
    expect(Object.keys(records[0])).toEqual(['first', 'last', 'flow_id', 'part', 'duration', 'source', 'end_reason'])
    expect(structuredClone(records[0])).toEqual(records[0])
  })

  it('gives objects of a fast shape, however many columns there are', async () => {
    setFlagsFromString('--allow-natives-syntax')
    const isFast = runInThisContext('(object) => %HasFastProperties(object)') as (object: object) => boolean
    const wide = defineChain({ name: 'wide', doc: '', directional: Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`f${i}`, u32({ doc: '' })])) })
    const records = await collect(observe(new Minutes(10), { ...small, chains: [wide] }))
    expect(records.map((record) => isFast(record))).toEqual(Array(10).fill(true))
  })

  it('has basic and tcp without chains', async () => {
    const [record] = await collect(observe(new Minutes(1)))
    expect(record).toMatchObject({ sip: CLIENT, dip: SERVER, proto: 17, sp: 1, dp: 53, pkt_fwd: 1, oct_fwd: 28, tcp_connected: false })
  })

  it('reads no further than it is asked to: a slow consumer slows the source down', async () => {
    const source = new Minutes(1000)
    const ahead: number[] = []
    let seen = 0
    for await (const _ of observe(source, small)) {
      await new Promise((resolve) => setImmediate(resolve))
      ahead.push(source.read - ++seen)
    }
    expect(seen).toBe(1000)
    expect(Math.max(...ahead)).toBeLessThanOrEqual(1)
  })

  it('that breaks off closes the source', async () => {
    const source = new Minutes(1000)
    for await (const _ of observe(source, small)) break
    expect(source.closed).toBeGreaterThanOrEqual(1)
    expect(source.read).toBeLessThan(5)
  })

  it('whose body throws closes the source, and throws', async () => {
    const source = new Minutes(1000)
    const failure = new Error('mine')
    await expect((async () => { for await (const _ of observe(source, small)) throw failure })()).rejects.toBe(failure)
    expect(source.closed).toBeGreaterThanOrEqual(1)
  })

  it('closes the source at the end, and when a hook throws', async () => {
    const whole = new Minutes(3), failing = new Minutes(3)
    await collect(observe(whole, small))
    await expect(collect(observe(failing, { ...small, chains: [defineChain({ name: 'x', doc: '', ip() { throw new Error('x') } })] }))).rejects.toThrow(/chain 'x'/)
    expect([whole.closed, failing.closed]).toEqual([1, 1])
  })

  it('runs once', async () => {
    const observer = observe(new Minutes(3), small)
    await collect(observer)
    await expect(collect(observer)).rejects.toMatchObject({ code: 'WEIR_OBSERVER_USED' })
  })

  it('tells a second user before anything of theirs is opened', async () => {
    const observer = observe(new Minutes(3), small)
    await collect(observer)
    let opened = false
    const sink: Sink = { open() { opened = true }, write() { /* nothing */ }, close() { /* nothing */ } }
    await expect(observer.writeTo(sink)).rejects.toMatchObject({ code: 'WEIR_OBSERVER_USED' })
    expect(opened).toBe(false)
  })
})

describe('an AbortSignal', () => {
  const abortable = (): [AbortController, ObserverOptions] => {
    const controller = new AbortController()
    return [controller, { ...small, signal: controller.signal }]
  }

  it('stops reading; every flow is flushed, and the observation ends in order', async () => {
    const [controller, options] = abortable()
    const source = new Minutes(1000)
    const observer = observe(source, options)
    const reasons: string[] = []
    for await (const { end_reason } of observer) {
      reasons.push(end_reason)
      if (reasons.length === 10) controller.abort()
    }
    expect(reasons).toEqual([...Array<string>(10).fill('idle'), 'forced'])
    expect([source.read, source.closed]).toEqual([11, 1])
    expect(observer.ledger).toMatchObject({ packets: 11, in_flows: 11, records: 11 })
  })

  it('is heard while the source waits', async () => {
    const [controller, options] = abortable()
    const source = new Minutes(3, { onWait: () => setImmediate(() => controller.abort()) })
    expect((await collect(observe(source, options))).map(({ end_reason }) => end_reason)).toEqual(['idle', 'idle', 'forced'])
    expect(source.closed).toBe(1)
  })

  it('is heard when it comes from the consumer, and the source would wait', async () => {
    const [controller, options] = abortable()
    let records = 0
    for await (const _ of observe(new Minutes(3, { onWait: () => undefined }), options)) if (++records === 2) controller.abort()
    expect(records).toBe(3)
  })

  it('that came before anything reads nothing', async () => {
    const source = new Minutes(3)
    expect(await collect(observe(source, { ...small, signal: AbortSignal.abort() }))).toEqual([])
    expect([source.read, source.closed]).toEqual([0, 1])
  })
})

describe('a sink', () => {
  it('is opened with the schema, written to, and closed once', async () => {
    const sink = new KeepingSink()
    const observer = observe(new Minutes(10_000, { atOnce: 10_000 }), { ...small, chains: [tcp, id] })
    await observer.writeTo(sink)
    expect(sink.schema).toBe(observer.schema)
    expect(sink.records.map((record) => record['flow_id'])).toEqual(Array.from({ length: 10_000 }, (_, i) => i + 1))
    expect(sink.closed).toBe(1)
  })

  it('that is slow slows the source down', async () => {
    const source = new Minutes(500)
    let behind = 0, written = 0
    await observe(source, small).writeTo({
      open() { /* nothing */ },
      async write(batch: Batch) {
        const before = source.read
        await new Promise((resolve) => setTimeout(resolve, 1))
        expect(source.read).toBe(before)
        written += batch.length
        behind = Math.max(behind, source.read - written)
      },
      close() { /* nothing */ },
    })
    expect([written, behind]).toEqual([500, 1])
  })

  it.each(['write', 'open'] as const)('whose %s fails stops the run with its error; source and sink are closed', async (method) => {
    const failure = new SinkError('WEIR_SINK_WRITE', 'full')
    for (const fail of [() => { throw failure }, () => Promise.reject(failure)]) {
      const source = new Minutes(100)
      let closed = 0
      const sink: Sink = { open() { /* nothing */ }, write() { /* nothing */ }, close() { closed++ }, [method]: fail }
      await expect(observe(source, small).writeTo(sink)).rejects.toBe(failure)
      if (method === 'write') expect(closed).toBe(1)
      expect(source.closed).toBeGreaterThanOrEqual(1)
    }
  })

  it('whose close fails tells so', async () => {
    const failure = new SinkError('WEIR_SINK_WRITE', 'full')
    await expect(observe(new Minutes(2), small).writeTo({ open() { /* nothing */ }, write() { /* nothing */ }, close: () => Promise.reject(failure) })).rejects.toBe(failure)
  })

  it('gets every record of a run that a hook stops, and is closed', async () => {
    const sink = new KeepingSink()
    const bad = defineChain({ name: 'bad', doc: '', ip(_flow, _ip, _rev, packet) { if (packet.number === 7) throw new Error('x') } })
    await expect(observe(new Minutes(100), { ...small, chains: [id, bad] }).writeTo(sink)).rejects.toMatchObject({ code: 'WEIR_HOOK_THREW', packet: 7 })
    expect([sink.records.length, sink.closed]).toEqual([7, 1])
  })
})

describe('sources', () => {
  const file = (...ports: number[]): Uint8Array => capture(ports.map((port, i) => ({ frame: datagram({ port }), time: EPOCH + i })))

  it('may be a capture in memory', async () => {
    expect((await collect(observe(file(1, 2), small))).map(({ sp }) => sp)).toEqual([1, 2])
  })

  it('may be several: one observation, read one after the other', async () => {
    const observer = observe([file(1, 2), file(2, 3)], small)
    expect((await collect(observer)).map(({ sp, pkt_fwd }) => [sp, pkt_fwd])).toEqual([[1, 1], [2, 2], [3, 1]])
    expect(observer.ledger).toMatchObject({ packets: 4, flows: 3 })
  })

  it('that cannot be opened stop the run before anything is written', async () => {
    const sink = new KeepingSink()
    await expect(observe([file(1), 'no/such/file.pcap'], small).writeTo(sink)).rejects.toMatchObject({ name: 'SourceError' })
    expect(sink.schema).toBe(null)
  })

  it('are opened when they are needed, or by open()', async () => {
    const observer = observe('no/such/file.pcap', small)
    await expect(observer.open()).rejects.toMatchObject({ name: 'SourceError', code: 'WEIR_SOURCE_OPEN' })
  })

  it('that are cut give every whole packet, and say why they ended', async () => {
    const observer = observe(file(1, 2, 3).slice(0, -5), small)
    expect((await collect(observer)).map(({ sp }) => sp)).toEqual([1, 2])
    expect(observer.fault).toMatchObject({ name: 'CaptureError' })
  })
})

describe('link types that are not known', () => {
  it('are named in one warning, and counted', async () => {
    const frame = ethernet({}, ipv4({ source: CLIENT, destination: SERVER }))
    const { warnings, ledger } = await observed([[0, frame, { linkType: 147 }], [0, frame], [0, frame, { linkType: 10 }], [0, frame, { linkType: 147 }]])
    expect(warnings).toEqual([{ code: 'WEIR_LINK_TYPE', message: expect.stringMatching(/147 \(2 packets\).*10 \(1 packet\)/) as string }])
    expect(ledger).toMatchObject({ non_ip: 3, in_flows: 1 })
  })

  it('are warned of only where there are any', async () => {
    expect((await observed([[0, datagram()]])).warnings).toEqual([])
  })
})

describe('options', () => {
  it.each([[0, 0], [1, 1], [7, 7], [32, 32], [33, 33], [1000, 100]])('limit %i: so many packets', async (limit, packets) => {
    const source = new MemorySource(Array.from({ length: 100 }, (_, i) => frameAt(i / 10, datagram({ port: 1 + (i % 3) }))))
    const observer = observe(source, { ...small, limit })
    await collect(observer)
    expect(observer.ledger.packets).toBe(packets)
  })

  it.each<[ObserverOptions, string]>([
    [{ limit: -1 }, 'WEIR_OPTION_LIMIT'], [{ limit: NaN }, 'WEIR_OPTION_LIMIT'],
    [{ idleTimeout: -1 }, 'WEIR_OPTION_TIMEOUT'], [{ idleTimeout: NaN }, 'WEIR_OPTION_TIMEOUT'], [{ idleTimeout: { tpc: 3 } }, 'WEIR_OPTION_TIMEOUT'], [{ idleTimeout: { 256: 3 } }, 'WEIR_OPTION_TIMEOUT'], [{ idleTimeout: { constructor: 3 } as unknown as Record<string, number> }, 'WEIR_OPTION_TIMEOUT'],
    [{ activeTimeout: -1 }, 'WEIR_OPTION_TIMEOUT'], [{ expiryDelay: Infinity }, 'WEIR_OPTION_TIMEOUT'],
    [{ idleTimeout: '30' as unknown as number }, 'WEIR_OPTION_TIMEOUT'], [{ limit: '5' as unknown as number }, 'WEIR_OPTION_LIMIT'], [{ key: 5 as unknown as string }, 'WEIR_OPTION_KEY'], [{ maxFlows: 0 }, 'WEIR_OPTION_MAX_FLOWS'],
    [{ anonymize: 'key' as unknown as Anonymizer }, 'WEIR_OPTION_ANONYMIZE'],
  ])('%o is an OptionError, which names the option', (options, code) => {
    const [option] = Object.keys(options)
    expect(() => observe('x', options)).toThrow(expect.objectContaining({ name: 'OptionError', code, option, message: expect.stringMatching(new RegExp(`^${option} `)) }) as Error)
  })

  it.each([undefined, null, 5, {}, [undefined], ['x', 5], true])('%j is no source, and an error says so at once', (source) => {
    expect(() => observe(source as unknown as string)).toThrow(expect.objectContaining({ name: 'SourceError', code: 'WEIR_SOURCE_NONE', message: expect.stringMatching(/is .+: it must be a path, a URI, /) }) as Error)
  })

  it.each<[unknown, string, string | RegExp]>([
    ['basic', 'WEIR_OPTION_CHAINS', /^chains is no list of chains/], [basic, 'WEIR_OPTION_CHAINS', /^chains is no list of chains/],
    [[undefined], 'WEIR_CHAIN_NAME', "'undefined' is no chain: make it with defineChain"], [[null], 'WEIR_CHAIN_NAME', "'null' is no chain: make it with defineChain"],
    [['basic'], 'WEIR_CHAIN_NAME', "'basic' is no chain: make it with defineChain"], [[{ name: 'mine' }], 'WEIR_CHAIN_NAME', "'mine' is no chain: make it with defineChain"],
  ])('%o is no list of chains', (chains, code, message) => {
    expect(() => observe('x', { chains: chains as never })).toThrow(expect.objectContaining({ code, message: typeof message === 'string' ? message : expect.stringMatching(message) }) as Error)
  })
})

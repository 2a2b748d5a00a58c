import { describe, expect, it } from 'vitest'

import { basic, observe, type Packet, type PacketSource } from '../../src/index.ts'
import { ethernet, ipv4, udp } from '../../src/testing/build.ts'

const FRAME = ethernet({}, ipv4({ source: '192.0.2.1', destination: '192.0.2.2' }, udp({ sourcePort: 1024, destinationPort: 53 })))
const BEGIN = 1_700_000_000

/** One packet, and then what `more` makes of each refill. */
class OnePacket implements PacketSource {
  readonly name = 'one'
  readonly size = null
  readonly filtered = null
  readonly fault = null
  readonly position = 0
  dropped: number | null = null
  silentUntil: number | undefined
  closed = 0
  private state: 'before' | 'there' | 'given' = 'before'
  private readonly more: (source: OnePacket) => Promise<boolean>
  constructor(more: (source: OnePacket) => Promise<boolean>) { this.more = more }

  next(packet: Packet): boolean {
    if (this.state !== 'there') return false
    this.state = 'given'
    packet.bytes = FRAME
    packet.view = new DataView(FRAME.buffer)
    packet.start = FRAME.byteOffset
    packet.capturedLength = packet.wireLength = FRAME.length
    packet.seconds = BEGIN
    packet.nanoseconds = 0
    return true
  }

  async refill(): Promise<boolean> {
    if (this.state !== 'before') return this.more(this)
    this.state = 'there'
    return true
  }

  async close(): Promise<void> { this.closed++ }
}

const never = (): Promise<boolean> => new Promise(() => undefined)
const OPTIONS = { chains: [basic], maxFlows: 16 } as const

describe('a source that is silent', () => {
  it('and tells until when, ends flows in time: idle after strictly more than the timeout, in whole seconds', async () => {
    const ended: number[] = []
    let flow: unknown = null
    const source = new OnePacket(async (self) => {
      await new Promise(setImmediate)
      if (flow !== null) return false
      ended.push(self.silentUntil ?? BEGIN)
      self.silentUntil = (self.silentUntil ?? BEGIN) + 0.5
      return true
    })
    for await (const record of observe(source, OPTIONS)) flow = record
    expect(flow).toMatchObject({ first: BEGIN, last: BEGIN, end_reason: 'idle' })
    // the wheel looks at whole seconds
    expect(ended.at(-1)).toBe(BEGIN + 30.5)
  })

  it('does not set the clock back', async () => {
    let turns = 0
    const source = new OnePacket(async (self) => {
      self.silentUntil = BEGIN - 1000 * ++turns
      return turns < 5
    })
    const records = []
    for await (const record of observe(source, OPTIONS)) records.push(record)
    expect(records).toMatchObject([{ first: BEGIN, end_reason: 'forced' }])
  })

  it('and does not tell, ends none', async () => {
    let turns = 0
    const source = new OnePacket(async () => ++turns < 100)
    const records = []
    for await (const record of observe(source, OPTIONS)) records.push(record)
    expect(records).toMatchObject([{ end_reason: 'forced' }])
  })

  it('does not keep records that flush ended', async () => {
    const observer = observe(new OnePacket(never), OPTIONS)
    const records = observer[Symbol.asyncIterator]()
    const first = records.next()
    while (observer.active === 0) await new Promise(setImmediate)
    observer.flush()
    expect(await first).toMatchObject({ value: { end_reason: 'forced' } })
    // the source is still waited for: nothing more comes
    const second = records.next()
    expect(await Promise.race([second, new Promise((resolve) => setTimeout(resolve, 50, 'nothing'))])).toBe('nothing')
  })

  it('a flush that ends nothing lets it be silent', async () => {
    let turns = 0
    const observer = observe(new OnePacket(() => (turns++, never())), { ...OPTIONS, duration: 0.1 })
    const all = (async () => { for await (const _ of observer) observer.flush() })()
    while (observer.active === 0) await new Promise(setImmediate)
    observer.flush()
    observer.flush()
    await all
    expect(turns).toBe(1)
  })

  it.each(['its time is over', 'it is aborted'])('is left when %s, and closed; what was lost until then is in the ledger', async (why) => {
    const abort = new AbortController()
    const source = new OnePacket(() => {
      setImmediate(() => abort.abort())
      return never()
    })
    source.close = async () => { source.dropped = 7 }
    const observer = observe(source, { ...OPTIONS, ...(why === 'it is aborted' ? { signal: abort.signal } : { duration: 0.2 }) })
    const records = []
    for await (const record of observer) records.push(record)
    expect(records).toMatchObject([{ end_reason: 'forced' }])
    expect(observer.ledger).toMatchObject({ packets: 1, in_flows: 1, flows: 1, records: 1, dropped: 7 })
  })

  it('fails when its refill fails', async () => {
    const all = (async () => { for await (const _ of observe(new OnePacket(() => Promise.reject(new Error('broken'))), OPTIONS)); })()
    await expect(all).rejects.toThrow('broken')
  })
})

it.each([-1, Number.NaN])('a duration of %s is none', (duration) => {
  expect(() => observe('-', { ...OPTIONS, duration })).toThrow(expect.objectContaining({ code: 'WEIR_OPTION_TIMEOUT' }))
})

it.each([0, 262_145, 1.5])('a snaplen of %s is none', (snaplen) => {
  expect(() => observe('-', { ...OPTIONS, snaplen })).toThrow(expect.objectContaining({ code: 'WEIR_OPTION_SNAPLEN' }))
})

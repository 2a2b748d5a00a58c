import { describe, expect, it } from 'vitest'

import { basic, MemorySource, observe, type ObserverOptions, OptionError, type PacketSource, SourceError } from '../../../src/index.ts'
import { capture, ethernet, ipv4, nullLink, tcp, udp } from '../../../src/testing/build.ts'
import type { Compile } from '../../../src/source/filter/compiler.ts'
import { Filter } from '../../../src/source/filter/filter.ts'
import { filtered } from '../../../src/source/filter/filtered-source.ts'
import { libpcapCompiler } from '../../../src/source/filter/libpcap-compiler.ts'
import { Operation } from '../../../src/source/filter/operation.ts'
import { Program } from '../../../src/source/filter/program.ts'
import { drain } from '../drain.ts'

const ends = { source: '192.0.2.1', destination: '192.0.2.2' }
const dns = ipv4(ends, udp({ sourcePort: 1024, destinationPort: 53 }))
const web = ipv4(ends, tcp({ sourcePort: 1024, destinationPort: 80 }))

/** Passes frames whose first octet is that number: what compiles expressions is no part of these tests. */
const firstOctet: Compile = (expression) => (/^\d+$/.test(expression)
  ? new Program([[Operation.LdbAbs, 0, 0, 0], [Operation.JeqK, 0, 1, Number(expression)], [Operation.RetK, 0, 0, 1], [Operation.RetK, 0, 0, 0]].map(([code, jt, jf, k]) => ({ code, jt, jf, k })))
  : 'no number')

const frames = (...first: readonly number[]): MemorySource => new MemorySource(first.map((octet, i) => ({ bytes: Uint8Array.of(octet, i), seconds: i })))

describe('a filtered source', () => {
  it('gives the packets that pass, as they are, and counts the others', async () => {
    const source = await filtered(frames(1, 2, 1, 3), new Filter('1', firstOctet))
    expect((await drain(source)).map(({ frame }) => frame)).toEqual([[1, 0], [1, 2]])
    expect(source.filtered).toBe(2)
  })

  it('adds to what the source itself removed', async () => {
    const inner = frames(1, 2)
    const source = await filtered(Object.assign(inner, { filtered: 10 }), new Filter('1', firstOctet))
    await drain(source)
    expect(source.filtered).toBe(11)
  })

  it('is for the rest what the source is', async () => {
    const inner = frames(1, 2, 3)
    const source = await filtered(inner, new Filter('1', firstOctet))
    await drain(source)
    for (const property of ['name', 'size', 'position', 'dropped', 'fault'] as const) expect(source[property]).toBe(inner[property])
    expect(source.stored).toBe(false)
  })

  it('says until when nothing came only where nothing came', async () => {
    const inner: PacketSource = Object.assign(frames(2), { silentUntil: 5 })
    const source = await filtered(inner, new Filter('1', firstOctet))
    await source.refill()
    expect(source.silentUntil).toBe(5)
    source.next(new (await import('../../../src/packet/packet.ts')).Packet())
    expect(source.silentUntil).toBe(undefined)
    await source.refill()
    expect(source.silentUntil).toBe(5)
  })

  it('compiles once for each link type', async () => {
    const compiled: number[] = []
    const compile: Compile = (expression, header) => {
      compiled.push(new DataView(header.buffer).getUint32(20, true))
      return firstOctet(expression, header)
    }
    const filter = new Filter('1', compile)
    const mixed = [1, 113, 1, 113, 101].map((linkType, i) => ({ bytes: Uint8Array.of(1), seconds: i, linkType }))
    await drain(await filtered(new MemorySource(mixed), filter))
    await drain(await filtered(new MemorySource(mixed), filter))
    expect(compiled).toEqual([1, 113, 101])
  })

  it('ends, with a fault, at a link type that the expression is not for', async () => {
    const compile: Compile = (expression, header) => (header[20] === 113 ? 'no such thing' : firstOctet(expression, header))
    const source = await filtered(new MemorySource([1, 113, 1].map((linkType, i) => ({ bytes: Uint8Array.of(1), seconds: i, linkType }))), new Filter('1', compile))
    expect(await drain(source)).toHaveLength(1)
    expect(source.fault).toBeInstanceOf(OptionError)
    expect(source.fault).toMatchObject({ code: 'WEIR_OPTION_FILTER', message: "filter '1' is refused by libpcap, for link type 113: no such thing" })
  })

  it('is not made of an expression that is for no link type; the source is then closed', async () => {
    let isClosed = false
    const source = Object.assign(frames(1), { close: async () => { isClosed = true } })
    await expect(filtered(source, new Filter('one', firstOctet))).rejects.toMatchObject({ code: 'WEIR_OPTION_FILTER', message: "filter 'one' is refused by libpcap, for link type 1: no number" })
    expect(isClosed).toBe(true)
  })

  it('is made of one that is not for Ethernet, where another link type may come', async () => {
    const compile: Compile = (expression, header) => (header[20] === 1 ? 'not here' : firstOctet(expression, header))
    const source = await filtered(new MemorySource([{ bytes: Uint8Array.of(1), seconds: 0, linkType: 127 }]), new Filter('1', compile))
    expect(await drain(source)).toHaveLength(1)
  })

  it('is not made where nothing compiles', async () => {
    const compile: Compile = () => { throw new SourceError('WEIR_FILTER_COMPILER', 'nothing') }
    await expect(filtered(frames(1), new Filter('1', compile))).rejects.toMatchObject({ code: 'WEIR_FILTER_COMPILER' })
  })

  it.each([[{} as string], ['udp\0']])('is not made of what is no expression', (expression) => {
    expect(() => new Filter(expression)).toThrow(OptionError)
  })
})

const libpcap = await libpcapCompiler()

async function observed(source: Parameters<typeof observe>[0], options: ObserverOptions): Promise<unknown> {
  const observer = observe(source, { ...options, chains: [basic], maxFlows: 100 })
  const flows: unknown[] = []
  for await (const { proto, pkt_fwd } of observer) flows.push([proto, pkt_fwd])
  const { packets, in_flows, filtered: removed } = observer.ledger
  return { flows, packets, in_flows, removed, fault: observer.fault?.code }
}

describe.skipIf(libpcap === null)(`observe with a filter${libpcap === null ? ' (skipped: koffi or libpcap is not installed)' : ''}`, () => {
  const file = capture([dns, web, web].map((packet, time) => ({ frame: ethernet({}, packet), time })))

  it('observes the packets that pass; the others are filtered, and are not numbered', async () => {
    expect(await observed(file, { filter: 'udp port 53' })).toEqual({ flows: [[17, 1]], packets: 1, in_flows: 1, removed: 2, fault: undefined })
    expect(await observed(file, { filter: 'tcp', limit: 1 })).toMatchObject({ packets: 1, flows: [[6, 1]] })
  })

  it('without one, what was filtered is not known', async () => {
    expect(await observed(file, {})).toMatchObject({ packets: 3, removed: null })
  })

  it.each([[false], [true]])('filters several sources, merge: %s, and sources of your own', async (merge) => {
    expect(await observed([file, file], { filter: 'tcp', merge })).toMatchObject({ packets: 4, removed: 2 })
    expect(await observed(new MemorySource([{ bytes: ethernet({}, dns), seconds: 1 }]), { filter: 'tcp', merge })).toMatchObject({ packets: 0, removed: 1 })
  })

  it("reads BSD's null link layer in both orders of octets", async () => {
    for (const bigEndian of [false, true]) {
      const frames = [dns, web].map((packet, time) => ({ frame: nullLink({ bigEndian }, packet), time }))
      expect(await observed(capture(frames, { linkType: 0 }), { filter: 'ip and udp' })).toMatchObject({ packets: 1, removed: 1 })
    }
  })

  it.each(['udp prt 53', 'type data', 'inbound'])('refuses, for a capture of Ethernet, what cannot be tested on it: %s', async (filter) => {
    await expect(observe(file, { filter, maxFlows: 100 }).open()).rejects.toMatchObject({ code: 'WEIR_OPTION_FILTER', message: expect.stringMatching(`^filter '${filter}' is refused by libpcap, for link type 1: .`) })
  })
})

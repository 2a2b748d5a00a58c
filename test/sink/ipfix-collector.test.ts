import { createSocket } from 'node:dgram'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'

import { observe } from '../../src/index.ts'
import { formatOf } from '../../src/sink/formats.ts'
import { ipfix } from '../../src/sink/ipfix.ts'
import { batchOf } from './batch.ts'
import { decode, type RawField } from './ipfix-reader.ts'
import { writtenBy } from './memory.ts'

const LENGTH = 1000
const batch = batchOf([
  { name: 'sip', kind: 'address', ie: 'sourceIPAddress', values: Array.from({ length: LENGTH }, (_, i) => (i % 3 === 0 ? '2001:db8::1' : '192.0.2.1')) },
  { name: 'dip', kind: 'address', ie: 'destinationIPAddress', values: Array.from({ length: LENGTH }, (_, i) => (i % 3 === 0 ? '2001:db8::2' : '192.0.2.2')) },
  { name: 'sp', kind: 'u16', ie: 'sourceTransportPort', values: Array.from({ length: LENGTH }, (_, i) => i) },
  { name: 'dp', kind: 'u16', ie: 'destinationTransportPort', values: Array.from({ length: LENGTH }, () => 53) },
  { name: 'pkt_fwd', kind: 'u64', ie: 'packetDeltaCount', side: 'fwd', values: Array.from({ length: LENGTH }, () => 2) },
  { name: 'pkt_rev', kind: 'u64', ie: 'packetDeltaCount', side: 'rev', values: Array.from({ length: LENGTH }, (_, i) => i % 2) },
  { name: 'note', kind: 'text', values: Array.from({ length: LENGTH }, (_, i) => 'x'.repeat(i % 300)) },
  { name: 'seen_fwd', kind: 'bool', side: 'fwd', values: Array.from({ length: LENGTH }, () => true) },
  { name: 'seen_rev', kind: 'bool', side: 'rev', values: Array.from({ length: LENGTH }, () => false) },
])
function numberOf(record: readonly RawField[], number: number): number {
  return Number(`0x${record.find((field) => field.number === number && field.pen === 0)?.octets.toString('hex')}`)
}

describe('a collector over UDP', () => {
  it('gets messages that fit a datagram, in sequence, and templates again', async () => {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 22 }).bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const datagrams: Buffer[] = []
    socket.on('message', (message) => datagrams.push(message))
    const name = `ipfix+udp://127.0.0.1:${socket.address().port}`
    await writtenBy(() => formatOf(name).to(name), batch, batch, batch)
    for (let before = -1; before < datagrams.length; await wait(30)) before = datagrams.length
    socket.close()
    expect(Math.max(...datagrams.map(({ length }) => length))).toBeLessThanOrEqual(1400)
    expect(datagrams.length).toBeGreaterThan(400)
    const { records, options, messages } = decode(Buffer.concat(datagrams))
    expect(records.map((record) => numberOf(record, 7))).toEqual(Array.from({ length: 3 * LENGTH }, (_, i) => i % LENGTH))
    // told at first, and after 200 messages each
    expect(options.length / 3).toBe(Math.ceil(datagrams.length / 201))
    for (const k of [1, 2, 150, 201, 202, datagrams.length - 1]) {
      const before = decode(Buffer.concat(datagrams.slice(0, k)))
      expect(messages[k].sequence).toBe(before.records.length + before.options.length)
    }
  })

  it('is missed, where nobody listens', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const name = `ipfix+udp://127.0.0.1:${socket.address().port}`
    socket.close()
    await once(socket, 'close')
    await expect(writtenBy(() => ipfix(name), batch)).rejects.toMatchObject({ name: 'SinkError', code: 'WEIR_SINK_WRITE', message: expect.stringContaining(name) })
  })
})

describe('a collector over TCP', () => {
  it('gets the messages one behind the other', async () => {
    const pieces: Buffer[] = []
    const server = createServer((socket) => socket.on('data', (piece) => pieces.push(piece))).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const name = `ipfix+tcp://127.0.0.1:${(server.address() as AddressInfo).port}`
    await writtenBy(() => ipfix(name), batch, batch)
    await new Promise((resolve) => server.close(resolve))
    const { records, templates } = decode(Buffer.concat(pieces))
    expect(records).toHaveLength(2 * LENGTH)
    expect(templates).toBe(3)
  })

  it('is missed, where nobody listens', async () => {
    await expect(writtenBy(() => ipfix('ipfix+tcp://127.0.0.1:1'), batch)).rejects.toMatchObject({ name: 'SinkError', code: 'WEIR_SINK_OPEN', message: expect.stringMatching(/ECONNREFUSED/) })
  })
})

describe('the name of a collector', () => {
  it.each(['ipfix+sctp://a:1', 'ipfix+udp:a', 'ipfix+udp://a:0', 'ipfix+udp://a:99999', 'ipfix+tcp://::1:4739'])('is not %s', (name) => {
    expect(() => formatOf(name)).toThrow(/is no collector: write ipfix\+udp:\/\/HOST:PORT/)
  })

  it('goes with no other format', () => {
    expect(() => formatOf('ipfix+udp://a', 'csv')).toThrow('ipfix+udp://a takes IPFIX, not csv')
    expect(formatOf('ipfix+tcp://[::1]:4739', 'IPFIX').name).toBe('ipfix')
  })
})

describe('uniflows', () => {
  it('have ends turned round, and none is without packets', async () => {
    const { records } = decode((await writtenBy((target) => ipfix(target, { uniflow: true }), batch)).octets)
    expect(records).toHaveLength(LENGTH * 1.5)
    const [zero, one, back] = records
    expect([7, 11, 2].map((number) => numberOf(zero, number))).toEqual([0, 53, 2])
    expect([7, 11, 2].map((number) => numberOf(one, number))).toEqual([1, 53, 2])
    expect([7, 11, 2].map((number) => numberOf(back, number))).toEqual([53, 1, 1])
    expect([8, 12].map((number) => back.find((field) => field.number === number)?.octets.join('.'))).toEqual(['192.0.2.2', '192.0.2.1'])
    expect(records.flat().every(({ pen }) => pen !== 29305)).toBe(true)
    // what both directions have is one element
    const own = (record: readonly RawField[]): number[] => record.filter(({ pen }) => pen === 32473).map(({ number }) => number)
    expect(own(back)).toEqual(own(one))
  })
})

const hasNfdump = spawnSync('nfdump', ['-V']).status === 0 && spawnSync('nfcapd', ['-V']).status === 0
if (!hasNfdump) console.warn('nfdump is not installed: what nfcapd takes over UDP is not tested')

interface Collected {
  /** A line a flow: ends, counters and times. */
  readonly flows: readonly string[]
  /** What nfdump says in full, and of the file. */
  readonly raw: string
  readonly figures: string
}

/** What nfcapd takes of the flows of a capture, and nfdump reads. */
async function collected(source: string, uniflow: boolean): Promise<Collected> {
  const directory = mkdtempSync(join(tmpdir(), 'weir-'))
  const spare = createSocket('udp4').bind(0, '127.0.0.1')
  await once(spare, 'listening')
  const { port } = spare.address()
  spare.close()
  const collector = spawn('nfcapd', ['-l', directory, '-p', String(port), '-t', '3600'], { stdio: 'ignore' })
  const nfdump = (...args: string[]): string => spawnSync('nfdump', ['-R', directory, ...args], { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } }).stdout
  try {
    await wait(700)
    await observe(source).writeTo(ipfix(`ipfix+udp://127.0.0.1:${port}`, { uniflow }))
    await wait(500)
    collector.kill('SIGTERM')
    await once(collector, 'exit')
    const flows = (JSON.parse(nfdump('-o', 'json')) as Record<string, unknown>[]).map((flow) => [flow['first'], flow['last'], flow['src4_addr'] ?? flow['src6_addr'], flow['dst4_addr'] ?? flow['dst6_addr'], flow['proto'], flow['in_packets'], flow['in_bytes'], flow['out_packets'] ?? 0, flow['out_bytes'] ?? 0].join())
    return { flows, raw: nfdump('-o', 'raw'), figures: nfdump('-I') }
  } finally {
    collector.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  }
}

describe.skipIf(!hasNfdump)('nfcapd and nfdump', { timeout: 30_000 }, () => {
  const source = new URL('../captures/web.pcap', import.meta.url).pathname
  /** In milliseconds, as they have it. */
  const time = (seconds: number): string => new Date(Math.floor(Math.round(seconds * 1e6) / 1000)).toISOString().slice(0, -1)
  const reasons = (raw: string): string[] => Array.from(raw.matchAll(/end reason += +0x0(\d)/g), ([, code]) => code).sort()
  const CODES = { idle: '1', active: '2', end: '3', forced: '4', resources: '5' }

  it('read keys, counters of both directions, times and end reasons; and miss nothing in the sequence', async () => {
    const { flows, raw, figures } = await collected(source, false)
    const expected: string[] = [], ended: string[] = []
    for await (const flow of observe(source)) {
      expected.push([time(flow.first), time(flow.last), flow.sip, flow.dip, flow.proto, flow.pkt_fwd, flow.oct_fwd, flow.pkt_rev, flow.oct_rev].join())
      ended.push(CODES[flow.end_reason])
    }
    expect(flows.toSorted()).toEqual(expected.sort())
    expect(reasons(raw)).toEqual(ended.sort())
    expect(figures).toMatch(/^Sequence failures: 0$/m)
  })

  it('read uniflows: a record a direction that has packets', async () => {
    const { flows, raw, figures } = await collected(source, true)
    const expected: string[] = [], ended: string[] = []
    for await (const flow of observe(source)) {
      const times = [time(flow.first), time(flow.last)]
      expected.push([...times, flow.sip, flow.dip, flow.proto, flow.pkt_fwd, flow.oct_fwd, 0, 0].join())
      ended.push(CODES[flow.end_reason])
      if (flow.pkt_rev === 0) continue
      expected.push([...times, flow.dip, flow.sip, flow.proto, flow.pkt_rev, flow.oct_rev, 0, 0].join())
      ended.push(CODES[flow.end_reason])
    }
    expect(flows.toSorted()).toEqual(expected.sort())
    expect(reasons(raw)).toEqual(ended.sort())
    expect(figures).toMatch(/^Sequence failures: 0$/m)
  })
})

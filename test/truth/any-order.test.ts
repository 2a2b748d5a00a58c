import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { basic, MemorySource, observe } from '../../src/index.ts'
import { ethernet, fragments4, fragments6, icmp4, icmp4Error, icmp6, icmp6Error, ipv4, ipv6, tcp, udp } from '../../src/testing/build.ts'
import { bothWays, type Counted, line } from '../conformance/flow.ts'

interface Datagram {
  readonly version: 4 | 6
  readonly proto: 'tcp' | 'udp' | 'echo'
  /** Numbers of the two hosts, and their ports; a datagram goes either way. */
  readonly hosts: readonly [number, number]
  readonly ports: readonly [number, number]
  readonly payload: number
  /** Octets of each fragment; 0: it is sent whole. */
  readonly cut: number
  /** An ICMP error about the datagram comes too, if this is not 0: it quotes so many octets behind the IP header. */
  readonly quoted: number
  readonly order: readonly number[]
}

const datagram: fc.Arbitrary<Datagram> = fc.record({
  version: fc.constantFrom(4, 6),
  proto: fc.constantFrom('tcp', 'udp', 'echo'),
  hosts: fc.constantFrom([1, 2], [2, 1], [1, 3], [1, 1]),
  ports: fc.constantFrom([1000, 53], [53, 1000], [53, 53]),
  payload: fc.nat(200),
  cut: fc.constantFrom(0, 0, 24, 64),
  quoted: fc.constantFrom(0, 0, 8, 3),
  order: fc.array(fc.nat(1000), { minLength: 32, maxLength: 32 }),
})

interface Sent {
  readonly order: number
  readonly packet: Uint8Array
  /** The flow that it belongs to, in the direction of the datagram; an error about it travels back. */
  readonly ends: Omit<Counted, 'pkt_fwd' | 'pkt_rev' | 'oct_fwd' | 'oct_rev'>
  readonly isBack: boolean
  /** A later fragment does not tell the flow. */
  readonly isLater: boolean
}

const NUMBERS = { 4: { tcp: 6, udp: 17, echo: 1 }, 6: { tcp: 6, udp: 17, echo: 58 } } as const
const ROUTER = { 4: '192.0.2.99', 6: '2001:db8::99' } as const

function send({ version, proto, hosts, ports, payload, cut, quoted, order }: Datagram, identification: number): Sent[] {
  const [source, destination] = hosts.map((host) => (version === 4 ? `192.0.2.${host}` : `2001:db8::${host}`))
  const [sourcePort, destinationPort] = ports
  const data = new Uint8Array(payload).fill(7)
  const echo = version === 4 ? icmp4({ type: 8 }, data) : icmp6({ type: 128 }, data)
  const upper = proto === 'tcp' ? tcp({ sourcePort, destinationPort, flags: 16 }, data) : proto === 'udp' ? udp({ sourcePort, destinationPort }, data) : echo
  const whole = version === 4 ? ipv4({ source, destination, identification }, upper) : ipv6({ source, destination }, upper)
  const hasPorts = proto !== 'echo'
  const ends = { sip: source, dip: destination, proto: NUMBERS[version][proto], sp: hasPorts ? sourcePort : null, dp: hasPorts ? destinationPort : null }
  const packets = cut === 0 ? [whole] : version === 4 ? fragments4(whole, cut) : fragments6(whole, cut, identification)
  const sent = packets.map((packet, i) => ({ order: order[i], packet, ends, isBack: false, isLater: hasPorts && i > 0 }))
  if (quoted === 0) return sent
  const header = version === 4 ? 20 : 40
  const to = { source: ROUTER[version], destination: source }
  const error = version === 4 ? ipv4(to, icmp4Error({}, whole, header + quoted)) : ipv6(to, icmp6Error({}, whole, header + quoted))
  // three octets are too few for ports: the error stays between router and sender
  const own = { sip: to.source, dip: to.destination, proto: NUMBERS[version].echo, sp: null, dp: null }
  const isAbout = !hasPorts || quoted >= 4
  return [...sent, { order: order[31], packet: error, ends: isAbout ? ends : own, isBack: isAbout, isLater: false }]
}

/** The first packet that tells its flow gives the direction; all count, wherever they come. */
function expected(sent: readonly Sent[]): Counted[] {
  const flows = new Map<string, { -readonly [K in keyof Counted]: Counted[K] }>()
  for (const { ends, isLater } of sent) {
    if (!isLater && !flows.has(bothWays(ends))) flows.set(bothWays(ends), { ...ends, pkt_fwd: 0, pkt_rev: 0, oct_fwd: 0, oct_rev: 0 })
  }
  for (const { ends, packet, isBack } of sent) {
    const flow = flows.get(bothWays(ends))!
    const isAlong = ends.sip === flow.sip && ends.sp === flow.sp
    const isSymmetric = ends.sip === ends.dip && ends.sp === ends.dp
    const side = isSymmetric || isAlong !== isBack ? 'fwd' : 'rev'
    flow[`pkt_${side}`]++
    flow[`oct_${side}`]! += packet.length
  }
  return [...flows.values()]
}

async function observed(sent: readonly Sent[]): Promise<Counted[]> {
  const frames = sent.map(({ packet }, i) => ({ bytes: ethernet({}, packet), seconds: 1, nanoseconds: i }))
  const records: Counted[] = []
  const observer = observe(new MemorySource(frames), { chains: [basic], maxFlows: 1000 })
  for await (const { sip, dip, proto, sp, dp, pkt_fwd, pkt_rev, oct_fwd, oct_rev } of observer) {
    records.push({ sip: sip!, dip: dip!, proto: proto!, sp, dp, pkt_fwd, pkt_rev, oct_fwd, oct_rev })
  }
  expect(observer.ledger).toMatchObject({ packets: sent.length, in_flows: sent.length, orphan_fragments: 0 })
  return records
}

describe('fragments and ICMP errors', () => {
  it('count in their flow in whatever order they come', async () => {
    await fc.assert(fc.asyncProperty(fc.array(datagram, { maxLength: 12 }), async (datagrams) => {
      const sent = datagrams.flatMap(send).toSorted((a, b) => a.order - b.order)
      expect((await observed(sent)).map(line).toSorted()).toEqual(expected(sent).map(line).toSorted())
    }), { numRuns: 200 })
  })
})

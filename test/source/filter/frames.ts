import fc from 'fast-check'

import {
  ACK, arp, authentication, ethernet, FIN, fragments4, hex, hopByHop, icmp4, icmp6, ipv4, ipv6, loopback, nullLink, PSH, routing, RST, sctp, sll, sll2, SYN, tcp, udp,
} from '../../../src/testing/build.ts'
import { carried } from '../../packet/carried-frames.ts'
import { pppOf, radiotapOf, snapOf, wifiOf } from '../../packet/carriers.ts'
import { tunnels } from '../../packet/tunnel-frames.ts'

/** A small world: few addresses and ports, so that a filter that names some of them finds packets. */
export const HOSTS4 = ['192.0.2.1', '192.0.2.2', '10.0.0.1', '10.0.0.2']
export const HOSTS6 = ['2001:db8::1', '2001:db8::2']
export const MACS = ['02:00:00:00:00:01', '02:00:00:00:00:02']
export const PORTS = [22, 53, 80, 1024, 40_000]

export interface Frame {
  readonly linkType: number
  readonly octets: Uint8Array
}

const fill = (octets: number): Uint8Array => new Uint8Array(octets).fill(0x5a)
const pick = <T>(from: readonly T[], i: number): T => from[i % from.length]

/** IP packets of every kind that the language has a word for. */
function packets(): Uint8Array[] {
  const made: Uint8Array[] = []
  for (let i = 0; i < 20; i++) {
    const ports = { sourcePort: pick(PORTS, i), destinationPort: pick(PORTS, 3 * i + 1) }
    const upper = pick([
      udp(ports, fill(i * 7)), tcp({ ...ports, flags: pick([SYN, SYN | ACK, ACK | PSH, FIN | ACK, RST], i) }, fill(i * 11)), sctp(ports, fill(12)),
    ], i)
    made.push(ipv4({ source: pick(HOSTS4, i), destination: pick(HOSTS4, i + 1), timeToLive: i * 9 + 1, identification: i }, upper))
    made.push(ipv6({ source: pick(HOSTS6, i), destination: pick(HOSTS6, i + 1) }, upper))
  }
  const [a, b] = HOSTS4
  const four = { source: a, destination: b }
  const six = { source: HOSTS6[0], destination: HOSTS6[1] }
  const syn = tcp({ sourcePort: 1024, destinationPort: 80, flags: SYN })
  return [
    ...made,
    ipv4(four, icmp4({ type: 8 }, fill(20))), ipv4(four, icmp4({ type: 3, code: 1 }, fill(28))), ipv6(six, icmp6({ type: 128 }, fill(20))), ipv6(six, icmp6({ type: 135 }, fill(20))),
    ...fragments4(ipv4(four, udp({ sourcePort: 53, destinationPort: 1024 }, fill(60))), 24),
    ipv4({ ...four, options: hex('94040000') }, syn),
    ipv4({ source: a, destination: '255.255.255.255' }, udp({ sourcePort: 68, destinationPort: 67 }, fill(30))),
    ipv4({ source: a, destination: '224.0.0.1', protocol: 2 }, fill(8)),
    ipv4({ ...four, protocol: 51 }, fill(24)), ipv4({ ...four, protocol: 103 }, fill(8)), ipv4({ ...four, protocol: 112 }, fill(8)),
    ipv6(six, hopByHop({}, syn)), ipv6(six, routing({}, hopByHop({}, syn))), ipv6(six, authentication({}, syn)),
  ]
}

const is4 = (packet: Uint8Array): boolean => packet[0] >> 4 === 4

/** The small world under each link layer, and what other tests have built of link layers and tunnels. */
export function builtFrames(): Frame[] {
  const frames: Frame[] = []
  const add = (linkType: number, octets: Uint8Array): void => { frames.push({ linkType, octets }) }
  for (const [i, packet] of packets().entries()) {
    const ends = { source: pick(MACS, i), destination: i % 9 === 0 ? 'ff:ff:ff:ff:ff:ff' : pick(MACS, i + 1) }
    add(1, ethernet(ends, packet))
    add(1, ethernet({ ...ends, vlans: i % 3 === 0 ? [3, 7] : [pick([3, 7], i)] }, packet))
    add(101, packet)
    add(113, sll({}, packet))
    add(276, sll2({}, packet))
    const family = is4(packet) ? 2 : 30
    add(0, nullLink({ family, bigEndian: i % 2 === 0 }, packet))
    add(108, loopback({ family }, packet))
    add(9, pppOf(packet, { framed: true }))
    add(105, wifiOf(snapOf(packet)))
    add(127, radiotapOf(hex('00000000'), wifiOf(snapOf(packet))))
  }
  add(1, ethernet({}, arp({ sender: HOSTS4[0], target: HOSTS4[1] })))
  for (const [, linkType, octets] of carried) add(linkType, octets)
  for (const [, packet] of tunnels) {
    add(101, packet)
    add(1, ethernet({}, packet))
  }
  return frames
}

/** A frame of those, whole or cut, as it is or with some octets changed. */
export interface Change {
  readonly which: number
  /** Captured octets, of all of them the 256th parts. */
  readonly kept: number
  readonly octets: readonly (readonly [at: number, value: number])[]
  /** Octets that were on the wire, but were not captured. */
  readonly more: number
}

export const change: fc.Arbitrary<Change> = fc.record({
  which: fc.nat(),
  kept: fc.oneof({ weight: 2, arbitrary: fc.constant(256) }, { weight: 1, arbitrary: fc.nat(256) }),
  octets: fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 4 }),
  more: fc.constantFrom(0, 0, 1, 60, 1500),
})

export function changed(frame: Frame, { kept, octets }: Change): Uint8Array {
  const made = frame.octets.slice(0, Math.floor((frame.octets.length * kept) / 256))
  for (const [at, value] of octets) if (at < made.length) made[at] = value
  return made
}

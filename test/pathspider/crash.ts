import type { Frame } from './frames.ts'
import type { IpPacket } from './headers.ts'
import type { Form } from './rules.ts'
import { cutOption } from './tcp-options.ts'

/** An exception that nobody caught: the run ends, and what was not yet emitted is lost. */
export class Crash extends Error {}

const KNOWN_LINKS = new Set([1, 9, 12, 101, 113])
const READ_TCP_FLAGS = ['tcp', 'ecn', 'dscp', 'evil', 'mss', 'tcpopt', 'tfo']
const READ_TCP_OPTIONS = ['mss', 'tcpopt', 'tfo']

/** Frames that libtrace cannot read. */
export function crashOnFrame({ linkType, bytes }: Frame): void {
  if (!KNOWN_LINKS.has(linkType) || (linkType === 1 && bytes.length < 14)) throw new Crash()
}

/** Headers that chains read past their end. */
export function crashOnHooks(packet: IpPacket, form: Form, chains: readonly string[]): void {
  const { protocol, version } = packet
  const header = packet.transportAndTrailer
  const reads = (names: readonly string[]) => chains.some((name) => names.includes(name))
  // with fewer octets than the ports libtrace finds no header at all
  const begun = header.length >= 4
  if (protocol === 6 && begun && header.length < 14 && reads(READ_TCP_FLAGS)) throw new Crash()
  if (protocol === 6 && form === 'head' && cutOption(header) && reads(READ_TCP_OPTIONS)) throw new Crash()
  if (protocol === 17 && begun && header.length < 8 && reads(['udp'])) throw new Crash()
  if (protocol === (version === 4 ? 1 : 58) && header.length < 12 && reads(['icmp'])) throw new Crash()
}

import type { Frame } from '../../src/index.ts'
import { Fate } from '../../src/ledger.ts'
import { decode } from '../../src/packet/decode.ts'
import { decodeQuote, isIcmpError } from '../../src/packet/icmp-error.ts'
import { Packet } from '../../src/packet/packet.ts'
import { hasPorts } from '../../src/packet/protocol.ts'

/** The frame as if its receiver had sent it to its sender; so too the packet that an ICMP error quotes. What has no ends stays. */
export function swapped(frame: Frame): Frame {
  const bytes = frame.bytes.slice()
  const packet = packetOf({ ...frame, bytes })
  const fate = decode(packet)
  const quote = new Packet()
  const quotes = fate === Fate.Keyed && isIcmpError(packet) && decodeQuote(packet, quote)
  if (fate === Fate.Keyed || fate === Fate.OrphanFragment) swapEnds(packet)
  if (quotes) swapEnds(quote)
  return { ...frame, bytes }
}

function swapEnds(packet: Packet): void {
  const { bytes, ipOffset, transportOffset } = packet
  if (packet.ipVersion === 4) swap(bytes, ipOffset + 12, 4)
  else swap(bytes, ipOffset + 8, 16)
  // a later fragment has no ports
  if (hasPorts(packet.protocol) && packet.fragmentOffset === 0) swap(bytes, transportOffset, 2)
}

/** Swap two fields of so many octets, that lie side by side. */
function swap(bytes: Uint8Array, at: number, octets: number): void {
  const first = bytes.slice(at, at + octets)
  bytes.copyWithin(at, at + octets, at + 2 * octets)
  bytes.set(first, at + octets)
}

function packetOf({ bytes, linkType = 1, wireLength = bytes.length }: Frame): Packet {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Object.assign(new Packet(), { bytes, view, start: 0, capturedLength: bytes.length, wireLength, linkType })
}

import { concat, Octets } from './octets.ts'

export interface PcapOptions {
  little?: boolean
  magic?: number
  version?: readonly [major: number, minor: number]
  snapLength?: number
  /** The whole word: with the FCS length and reserved bits. */
  linkType?: number
}

export interface PcapRecord {
  seconds?: number
  fraction?: number
  frame: Uint8Array
  captured?: number
  wire?: number
}

export const MICROSECONDS = 0xa1b2c3d4
export const NANOSECONDS = 0xa1b23c4d
export const KUZNETZOV = 0xa1b2cd34

export function pcapHeader({ little = true, magic = MICROSECONDS, version = [2, 4], snapLength = 262144, linkType = 1 }: PcapOptions = {}): Uint8Array {
  return new Octets(little).u32(magic).u16(...version).u32(0, 0, snapLength, linkType).done()
}

export function pcapRecord({ little = true, magic = MICROSECONDS }: PcapOptions, record: PcapRecord): Uint8Array {
  const { seconds = 0, fraction = 0, frame, captured = frame.length, wire = captured } = record
  const out = new Octets(little).u32(seconds, fraction, captured, wire)
  // Interface index, protocol, packet type, padding
  if (magic === KUZNETZOV) out.u32(7).u16(0x800).u8(0, 0)
  return out.bytes(frame).done()
}

export function pcap(options: PcapOptions, ...records: readonly PcapRecord[]): Uint8Array {
  return concat(pcapHeader(options), ...records.map(record => pcapRecord(options, record)))
}

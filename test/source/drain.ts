import { Packet } from '../../src/packet/packet.ts'
import { openSource, type SourceOptions } from '../../src/source/open.ts'
import type { PacketSource } from '../../src/source/source.ts'

export interface Seen {
  frame: number[]
  wire: number
  /** Seconds and nine decimals; null where the packet is not stamped. */
  time: string | null
  linkType: number
  interfaceId: number
}

/** All packets of a source; it is left open. */
export async function drain(source: PacketSource): Promise<Seen[]> {
  const packet = new Packet()
  const seen: Seen[] = []
  do {
    while (source.next(packet)) seen.push(look(packet))
  } while (await source.refill())
  if (source.next(packet)) throw new Error('a packet after the end')
  return seen
}

/** All packets of a capture, and how it ended. */
export async function read(capture: Uint8Array | string, options?: SourceOptions): Promise<{ packets: Seen[]; source: PacketSource; fault: string | null }> {
  const source = await openSource(capture, options)
  const packets = await drain(source)
  await source.close()
  return { packets, source, fault: source.fault?.code ?? null }
}

function look(packet: Packet): Seen {
  const { bytes, view, start, capturedLength } = packet
  const end = start + capturedLength
  if (start < 0 || end > bytes.length) throw new Error(`a frame from ${start} to ${end} in a buffer of ${bytes.length}`)
  if (view.buffer !== bytes.buffer || view.byteOffset !== bytes.byteOffset) throw new Error('view and bytes are not the same memory')
  for (const [name, value, most] of [['seconds', packet.seconds, 0xffffffff], ['nanoseconds', packet.nanoseconds, 999_999_999]] as const) {
    if (!Number.isInteger(value) || value < 0 || value > most) throw new Error(`${name} is ${value}`)
  }
  return {
    frame: [...bytes.subarray(start, end)],
    wire: packet.wireLength,
    time: packet.stamped ? `${packet.seconds}.${String(packet.nanoseconds).padStart(9, '0')}` : null,
    linkType: packet.linkType,
    interfaceId: packet.interfaceId,
  }
}

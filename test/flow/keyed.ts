import { FlowKey, type KeyOptions, KeyScheme } from '../../src/flow/key.ts'
import type { FlowTable } from '../../src/flow/table.ts'
import type { Packet } from '../../src/packet/packet.ts'
import { ipv4, ipv6, udp } from '../../src/testing/build.ts'
import { packetOf } from '../packet/decoded.ts'

/** Who sends to whom; addresses and ports are small numbers. */
export interface Ends {
  readonly six: boolean
  readonly source: number
  readonly destination: number
  readonly sourcePort: number
  readonly destinationPort: number
}

export function turned({ six, source, destination, sourcePort, destinationPort }: Ends): Ends {
  return { six, source: destination, destination: source, sourcePort: destinationPort, destinationPort: sourcePort }
}

export function packetBetween({ six, source, destination, sourcePort, destinationPort }: Ends): Packet {
  const transport = udp({ sourcePort, destinationPort, checksum: 1 })
  const address = (number: number): string => (six ? `2001:db8::${number.toString(16)}` : `10.0.${number >> 8}.${number & 255}`)
  const ends = { source: address(source), destination: address(destination) }
  return packetOf(six ? ipv6(ends, transport) : ipv4(ends, transport), { linkType: 101 })
}

export const FLOW: KeyOptions = { base: 'flow', vlan: false, interface: false }

export function keyOf(packet: Packet, scheme: KeyScheme): FlowKey {
  const key = new FlowKey(scheme)
  key.load(packet)
  return key
}

/** Look a key up as the pipeline does. */
export function find(table: FlowTable, key: FlowKey, packet: Packet): number {
  table.keys.put(0, key)
  return table.find(0, packet)
}

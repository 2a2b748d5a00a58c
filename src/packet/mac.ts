import type { Packet } from './packet.ts'
import { LinkType } from './protocol.ts'

const HEX = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'))
const MAC = 6

type Frame = Pick<Packet, 'bytes' | 'view' | 'start' | 'capturedLength' | 'linkType'>

/** Who sent the frame on the link, as `02:00:00:00:00:01`; null where the link layer does not say. */
export function sourceMac(frame: Frame): string | null {
  switch (frame.linkType) {
    case LinkType.Ethernet:
      return mac(frame, 6)
    case LinkType.LinuxCooked:
      return octetAt(frame, 5) === MAC ? mac(frame, 6) : null
    case LinkType.LinuxCooked2:
      return octetAt(frame, 11) === MAC ? mac(frame, 12) : null
    case LinkType.Wifi:
    case LinkType.Radiotap:
      return wifiMac(frame, SENDERS)
    default:
      return null
  }
}

/** To whom. */
export function destinationMac(frame: Frame): string | null {
  switch (frame.linkType) {
    case LinkType.Ethernet:
      return mac(frame, 0)
    case LinkType.Wifi:
    case LinkType.Radiotap:
      return wifiMac(frame, RECEIVERS)
    default:
      return null
  }
}

/** Where the addresses of 802.11 are, by its bits to DS (1) and from DS (2). @source IEEE 802.11-2020 table 9-30 */
const RECEIVERS = [4, 16, 4, 16], SENDERS = [10, 10, 16, 24]

function wifiMac(frame: Frame, places: readonly number[]): string | null {
  const header = frame.linkType === LinkType.Wifi ? 0 : octetAt(frame, 2) | (octetAt(frame, 3) << 8)
  return mac(frame, header + places[octetAt(frame, header + 1) & 3])
}

function octetAt({ bytes, start, capturedLength }: Frame, offset: number): number {
  return offset < capturedLength ? bytes[start + offset] : 0
}

function mac({ bytes, start, capturedLength }: Frame, offset: number): string | null {
  if (offset + MAC > capturedLength) return null
  const at = start + offset
  return `${HEX[bytes[at]]}:${HEX[bytes[at + 1]]}:${HEX[bytes[at + 2]]}:${HEX[bytes[at + 3]]}:${HEX[bytes[at + 4]]}:${HEX[bytes[at + 5]]}`
}

import { viewOf } from './layer.ts'

export interface CapturedFrame {
  readonly frame: Uint8Array
  /** Since the epoch. A double is exact to 0.24 us: give whole seconds, and the rest as `nanoseconds`, where that matters. @unit seconds */
  readonly time: number
  /** Added to `time`. @range 0-999999999 */
  readonly nanoseconds?: number
  /** Octets on the wire. Default: those of the frame. */
  readonly wireLength?: number
}

export interface CaptureOptions {
  /** tcpdump.org's registry. Default 1, Ethernet. */
  readonly linkType?: number
  /** Stamps in nanoseconds in place of microseconds. */
  readonly nanosecond?: boolean
  readonly bigEndian?: boolean
  /** Frames are cut to this length. @unit octets */
  readonly snapLength?: number
}

const FILE_HEADER = 24
const RECORD_HEADER = 16

/** A classic pcap file (draft-ietf-opsawg-pcap). */
export function capture(frames: readonly CapturedFrame[], options: CaptureOptions = {}): Uint8Array {
  const { linkType = 1, nanosecond = false, bigEndian = false, snapLength = 262144 } = options
  const little = !bigEndian
  const file = new Uint8Array(frames.reduce((size, { frame }) => size + RECORD_HEADER + Math.min(frame.length, snapLength), FILE_HEADER))
  const view = viewOf(file)
  view.setUint32(0, nanosecond ? 0xa1b23c4d : 0xa1b2c3d4, little)
  view.setUint16(4, 2, little)
  view.setUint16(6, 4, little)
  view.setUint32(16, snapLength, little)
  view.setUint32(20, linkType, little)
  const unit = nanosecond ? 1e9 : 1e6
  let at = FILE_HEADER
  for (const { frame, time, nanoseconds = 0, wireLength = frame.length } of frames) {
    const captured = frame.subarray(0, snapLength)
    const whole = Math.floor(time)
    const fraction = Math.round((time - whole) * unit) + Math.floor(nanoseconds / (1e9 / unit))
    view.setUint32(at, whole + Math.floor(fraction / unit), little)
    view.setUint32(at + 4, fraction % unit, little)
    view.setUint32(at + 8, captured.length, little)
    view.setUint32(at + 12, wireLength, little)
    file.set(captured, at + RECORD_HEADER)
    at += RECORD_HEADER + captured.length
  }
  return file
}

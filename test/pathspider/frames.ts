import { readFileSync } from 'node:fs'

/** A frame as the capture holds it. */
export interface Frame {
  readonly bytes: Uint8Array
  readonly wireLength: number
  /** As PATHspider has it: seconds since the epoch. */
  readonly time: number
  readonly linkType: number
}

const HEADER = 24, RECORD_HEADER = 16
const LITTLE_ENDIAN_MICROSECONDS = 0xa1b2c3d4

/** Frames of a pcap file. It owes nothing to weir's sources, and reads no other kind than that of the corpora. */
export function readFrames(path: string): Frame[] {
  const file = readFileSync(path)
  const view = new DataView(file.buffer, file.byteOffset, file.length)
  if (view.getUint32(0, true) !== LITTLE_ENDIAN_MICROSECONDS) throw new Error(`${path} is no little-endian pcap file in microseconds`)
  const linkType = view.getUint32(20, true)
  const frames: Frame[] = []
  for (let at = HEADER; at < file.length; ) {
    const [seconds, microseconds, captured, wireLength] = [0, 4, 8, 12].map((offset) => view.getUint32(at + offset, true))
    at += RECORD_HEADER
    frames.push({ bytes: file.subarray(at, at + captured), wireLength, time: seconds + microseconds / 1e6, linkType })
    at += captured
  }
  return frames
}

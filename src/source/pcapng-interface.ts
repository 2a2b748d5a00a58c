import { TimeScale } from './pcapng-time.ts'

/** Options that weir reads. @source draft-ietf-opsawg-pcapng sections 4.2, 4.3 and 4.6 */
const IF_TSRESOL = 9
const IF_TSOFFSET = 14
const EPB_DROPCOUNT = 4
const ISB_IFDROP = 5
const ISB_OSDROP = 7

/** An interface of a section. */
export interface Interface {
  /** Distinct over all interfaces of the observation. */
  readonly id: number
  readonly linkType: number
  /** Octets that a frame was cut to; Infinity where it was not. @unit octets */
  readonly snapLength: number
  readonly time: TimeScale
  /** Packets that were lost before each packet block, as far as blocks told; null where none did. */
  droppedBefore: number | null
  /** Packets lost in all, as the last statistics block told; null where none did. */
  droppedInAll: number | null
}

/** @param at where the body of an Interface Description Block begins. @param end where it ends. */
export function readInterface(view: DataView, at: number, end: number, little: boolean, id: number): Interface {
  const resolution = findOption(view, at + 8, end, little, IF_TSRESOL, 1)
  const offset = findOption(view, at + 8, end, little, IF_TSOFFSET, 8)
  return {
    id,
    linkType: view.getUint16(at, little),
    snapLength: view.getUint32(at + 4, little) || Infinity,
    time: new TimeScale(resolution < 0 ? 6 : view.getUint8(resolution), offset < 0 ? 0 : Number(view.getBigInt64(offset, little))),
    droppedBefore: null,
    droppedInAll: null,
  }
}

/** Take what an Interface Statistics Block tells: counts since the capture began, so that the last one tells all. @param at where its options begin. */
export function readStatistics(of: Interface, view: DataView, at: number, end: number, little: boolean): void {
  const byInterface = findOption(view, at, end, little, ISB_IFDROP, 8)
  const bySystem = findOption(view, at, end, little, ISB_OSDROP, 8)
  if (byInterface < 0 && bySystem < 0) return
  of.droppedInAll = readCount(view, byInterface, little) + readCount(view, bySystem, little)
}

/** Take epb_dropcount, where a packet has options. @param at where they begin. */
export function readDropCount(of: Interface, view: DataView, at: number, end: number, little: boolean): void {
  const value = findOption(view, at, end, little, EPB_DROPCOUNT, 8)
  if (value >= 0) of.droppedBefore = (of.droppedBefore ?? 0) + readCount(view, value, little)
}

/** Take the count of an obsolete Packet Block. */
export function addDropped(of: Interface, dropped: number): void {
  const NOT_KNOWN = 0xffff
  if (dropped !== NOT_KNOWN) of.droppedBefore = (of.droppedBefore ?? 0) + dropped
}

/** Packets lost on the interface; null where the capture does not tell. */
export function droppedOn(of: Interface): number | null {
  return of.droppedInAll ?? of.droppedBefore
}

/** 64 bits in two halves: this runs for packets too, and a BigInt would be allocated. */
function readCount(view: DataView, at: number, little: boolean): number {
  if (at < 0) return 0
  return view.getUint32(at + (little ? 4 : 0), little) * 2 ** 32 + view.getUint32(at + (little ? 0 : 4), little)
}

/** Where the value of the first such option begins; -1 where there is none of at least `length` octets. */
function findOption(view: DataView, at: number, end: number, little: boolean, wanted: number, length: number): number {
  while (at + 4 <= end) {
    const code = view.getUint16(at, little)
    const octets = view.getUint16(at + 2, little)
    if (code === 0 || at + 4 + octets > end) return -1
    if (code === wanted && octets >= length) return at + 4
    at += 4 + octets + (-octets & 3)
  }
  return -1
}

import type { WeirError } from '../errors.ts'
import type { Packet } from '../packet/packet.ts'

/**
 * Where packets come from. A source of your own implements this and is given to `observe` in place of a URI.
 *
 * Packets are pulled one at a time with `next`, which never waits and allocates nothing; when it has none left in memory, the
 * observer awaits `refill`. The frame a packet points to must stay untouched until the following `refill`.
 */
export interface PacketSource {
  /** What to call it in messages and in the record's `source`. */
  readonly name: string
  /** Names of the sources that were merged into this one: `sourceNumber` of a packet says which of them it is from. Left out: it is one. */
  readonly names?: readonly string[] | undefined
  /**
   * Write the next packet's frame, time, link type and interface into `packet`.
   * @returns false when nothing is buffered: call `refill`. Never throws: a fault ends the source and shows in `fault`.
   */
  next(packet: Packet): boolean
  /** Wait until there is more to pull. @returns false at the end; a promise of it where it has to be waited for */
  refill(): boolean | Promise<boolean>
  /** Give back files and memory. May be called at any time, and twice. */
  close(): Promise<void>
  /** How far the source has been read, in the units of `size`, for progress. @unit octets of the file as it is stored */
  readonly position: number
  /** How much there is; null where nobody knows (a pipe). @unit octets */
  readonly size: number | null
  /** True where all packets are there already, so that `refill` never waits for one that is still to come. Left out: false. */
  readonly stored?: boolean
  /**
   * Of a source that captures live: every packet of an earlier time has been given out. It is read when `next` returned false at once after
   * a `refill`, which comes back with true every tenth of a second or so where nothing comes; flows that were silent until then are over. Left
   * out: the time of packets is all there is. @unit seconds since the epoch
   */
  readonly silentUntil?: number | undefined
  /** The link type of all its packets, where it is known before they are read; left out where it is not. */
  readonly linkType?: number
  /** Packets that were captured but did not pass the filter; null where that cannot be known. */
  readonly filtered: number | null
  /** Packets lost before they reached the source; null where that cannot be known. */
  readonly dropped: number | null
  /** Why the source ended early; null as long as it is whole. */
  readonly fault: WeirError | null
}

import { BURST } from '../packet/burst.ts'
import type { Packet } from '../packet/packet.ts'
import { hasPorts } from '../packet/protocol.ts'
import { KeyColumns } from './key-columns.ts'
import { FAMILY_IPV6, FAMILY_SHIFT, type FlowKey } from './key.ts'
import { DESCRIBED, FLAGS_OCTET, FLAG_PORTS, HASH, KEY, STATE_OCTET, State } from './row.ts'

const IPV6 = FAMILY_IPV6 << FAMILY_SHIFT
/** Octets of the two addresses of an IPv6 flow, in words. */
const ADDRESS_WORDS = 8
/** Slots of the index of a table with few flows. */
const FEW_SLOTS = 1 << 15
/** No flow was found. */
const NONE = -2

/**
 * All flows: a row each in one ArrayBuffer, and an index by key. Both are made once, at their full size; the system commits pages as
 * they are used. Freed rows are used again, last in, first out.
 *
 * An index slot is two words: the hash, and the row plus one (0: empty, so nothing has to be filled). Probing is linear and reads
 * a row only when the hash is the same; deletion shifts back, so there are no tombstones. @source Knuth, TAOCP 3, 6.4 algorithm R
 *
 * Only so much of the index is used as there are flows for: slots lie at random, and each page of them is a fault and a place in the
 * processor's buffer of translations.
 *
 * The addresses of IPv6 flows lie in a column of their own, of which IPv4 alone never touches a page.
 */
export class FlowTable {
  readonly capacity: number
  /** Words of a row. */
  readonly stride: number
  readonly i32: Int32Array
  readonly u32: Uint32Array
  readonly f64: Float64Array
  readonly f32: Float32Array
  readonly u16: Uint16Array
  readonly u8: Uint8Array
  /** Source and destination of IPv6 flows, 32 octets a row. */
  readonly addresses: Int32Array
  /** What `find` looks for. */
  readonly keys = new KeyColumns()
  /** 1 when the last `find` found the flow from its other end, else 0. */
  reversed = 0

  /** What the index held at the home slots of the keys that `warm` was told of. */
  private readonly entries = new Int32Array(BURST)
  /** What `findAll` found, and whether a flow has ended since. */
  private readonly found = new Int32Array(BURST)
  private hasEnded = false
  /** Written so that the reads of `warm` are not optimized away. */
  protected touched = 0
  private readonly index: Int32Array
  /** Slots in use, less one. */
  private mask: number
  private readonly template: Int32Array
  private readonly freeRows: Int32Array
  private freeCount = 0
  private fresh = 0

  /** @param template a new row, in words: an even number of them @param others rows behind those of the flows, for whatever else is made of them */
  constructor(capacity: number, template: Int32Array, others = 0) {
    this.capacity = capacity
    this.template = template
    this.stride = template.length
    const rows = new ArrayBuffer((capacity + others) * this.stride * 4)
    this.i32 = new Int32Array(rows)
    this.u32 = new Uint32Array(rows)
    this.f64 = new Float64Array(rows)
    this.f32 = new Float32Array(rows)
    this.u16 = new Uint16Array(rows)
    this.u8 = new Uint8Array(rows)
    this.addresses = new Int32Array(capacity * ADDRESS_WORDS)
    this.freeRows = new Int32Array(capacity)
    // at most half full
    const slots = 2 ** Math.ceil(Math.log2(capacity * 2))
    this.index = new Int32Array(slots * 2)
    this.mask = Math.min(slots, FEW_SLOTS) - 1
  }

  /** Rows in use. */
  get size(): number {
    return this.fresh - this.freeCount
  }

  get full(): boolean {
    return this.freeCount === 0 && this.fresh === this.capacity
  }

  /**
   * Touch what `find` will read for so many keys. Reads that do not wait for each other are under way together: measured, this takes a
   * third off the time of a packet where the table is larger than the cache.
   */
  readonly warm = (count: number): void => {
    const { index, mask, i32, stride, entries } = this
    const { hash } = this.keys
    for (let i = 0; i < count; i++) entries[i] = index[2 * (hash[i] & mask) + 1]
    let touched = 0
    for (let i = 0; i < count; i++) {
      const entry = entries[i]
      const at = entry === 0 ? 0 : (entry - 1) * stride
      touched ^= i32[at] ^ i32[at + stride - 8]
    }
    this.touched = touched
  }

  /** The same for rows that are about to be looked at. */
  readonly warmRows = (rows: Int32Array, from: number, to: number): void => {
    const { i32, stride } = this
    let touched = 0
    for (let i = from; i < to; i++) touched ^= i32[rows[i] * stride]
    this.touched = touched
  }

  /** The same for rows that are about to be removed: their slots in the index. */
  readonly warmRemoval = (rows: Int32Array, from: number, to: number): void => {
    const { index, mask, i32, stride } = this
    let touched = 0
    for (let i = from; i < to; i++) touched ^= index[2 * (i32[rows[i] * stride + HASH] & mask)] ^ i32[(rows[i] + 1) * stride - 8]
    this.touched = touched
  }

  /** The row of the flow whose key is the one at `i` of `keys`, whichever of its ends the packet comes from (`reversed`); -1: there is none. */
  readonly find = (i: number, packet: Packet): number => this.tell(isIpv4(this.keys.rest[i]) ? this.look(i) : this.lookForSix(i, packet))

  /** Look for the flows of so many keys, for `findAgain`. In a loop of its own the processor looks for several at a time. */
  readonly findAll = (count: number): void => {
    const { found } = this
    const { rest } = this.keys
    this.hasEnded = false
    // of an IPv6 packet the key is not all of its addresses
    for (let i = 0; i < count; i++) found[i] = isIpv4(rest[i]) ? this.look(i) : NONE
  }

  /** What `find` gives, of a key that `findAll` has looked for, whatever was inserted and removed since. */
  readonly findAgain = (i: number, packet: Packet): number => {
    const found = this.found[i]
    return found < 0 || this.hasEnded === true ? this.find(i, packet) : this.tell(found)
  }

  /** @param found twice the row, and one more where the packet comes from the flow's other end */
  private readonly tell = (found: number): number => {
    this.reversed = found & 1
    return found >> 1
  }

  /**
   * What `tell` takes. From which end a packet comes cannot be foreseen: a branch on it would be mispredicted for every third packet, so it is computed.
   */
  private readonly look = (i: number): number => {
    const { index, mask, i32, stride, keys } = this
    const hash = keys.hash[i], source = keys.source[i], destination = keys.destination[i], ports = keys.ports[i], rest = keys.rest[i]
    const turned = (ports << 16) | (ports >>> 16)
    let slot = hash & mask
    for (;;) {
      const entry = index[2 * slot + 1]
      if (entry === 0) return NONE
      if (index[2 * slot] === hash) {
        const row = entry - 1
        const at = row * stride
        const one = i32[at + KEY], other = i32[at + KEY + 1], between = i32[at + KEY + 2]
        const along = (one ^ source) | (other ^ destination) | (between ^ ports)
        const against = (one ^ destination) | (other ^ source) | (between ^ turned)
        // the sign of x or of -x: 1 for every number but 0
        const isTurned = (along | (0 - along)) >>> 31
        if (((i32[at + KEY + 3] ^ rest) | (isTurned & ((against | (0 - against)) >>> 31))) === 0) return 2 * row + isTurned
      }
      slot = (slot + 1) & mask
    }
  }

  /** The same for IPv6, where the words of the key are less than the addresses. */
  private readonly lookForSix = (i: number, packet: Packet): number => {
    const { index, mask, i32, stride, keys } = this
    const hash = keys.hash[i], ports = keys.ports[i], rest = keys.rest[i]
    for (let slot = hash & mask; index[2 * slot + 1] !== 0; slot = (slot + 1) & mask) {
      if (index[2 * slot] !== hash) continue
      const row = index[2 * slot + 1] - 1
      const at = row * stride + KEY
      if (i32[at + 3] !== rest) continue
      if (i32[at + 2] === ports && this.hasAddresses(row, packet, 0) === true) return 2 * row
      if (i32[at + 2] === ((ports << 16) | (ports >>> 16)) && this.hasAddresses(row, packet, 1) === true) return 2 * row + 1
    }
    return NONE
  }

  /** A new row for the packet's flow: the template, its key and state. The table must not be full. */
  readonly insert = (key: FlowKey, packet: Packet): number => {
    const row = this.freeCount > 0 ? this.freeRows[--this.freeCount] : this.fresh++
    const { i32, template } = this
    const at = row * this.stride
    i32.set(template, at)
    i32[at + KEY] = key.source
    i32[at + KEY + 1] = key.destination
    i32[at + KEY + 2] = key.ports
    i32[at + KEY + 3] = key.rest
    i32[at + HASH] = key.hash
    const described = key.described ?? key
    if (described !== key) {
      i32[at + DESCRIBED] = described.source
      i32[at + DESCRIBED + 1] = described.destination
      i32[at + DESCRIBED + 2] = described.ports
      i32[at + DESCRIBED + 3] = described.rest
    }
    this.u8[at * 4 + STATE_OCTET] = State.Active
    // a later fragment has none, where its first did not tell them
    this.u8[at * 4 + FLAGS_OCTET] = hasPorts(described.rest & 0xff) && (packet.fragmentOffset === 0 || described.ports !== 0) ? FLAG_PORTS : 0
    if (packet.ipVersion === 6) this.keepAddresses(row, packet)
    if (2 * (this.fresh - this.freeCount) > this.mask + 1) this.spread()
    else this.enter(row, key.hash)
    return row
  }

  private readonly enter = (row: number, hash: number): void => {
    const { index, mask } = this
    let slot = hash & mask
    while (index[2 * slot + 1] !== 0) slot = (slot + 1) & mask
    index[2 * slot] = hash
    index[2 * slot + 1] = row + 1
  }

  /** Use twice as many slots of the index, and enter all flows again. */
  private spread(): void {
    const { i32, u8, stride } = this
    this.index.fill(0, 0, 2 * (this.mask + 1))
    this.mask = 2 * this.mask + 1
    for (let row = 0, at = 0; row < this.fresh; row++, at += stride) {
      if (u8[at * 4 + STATE_OCTET] !== State.Free) this.enter(row, i32[at + HASH])
    }
  }

  /** Give the row back, and take its flow out of the index. */
  readonly remove = (row: number): void => {
    this.hasEnded = true
    const { index, mask } = this
    let hole = this.i32[row * this.stride + HASH] & mask
    while (index[2 * hole + 1] !== row + 1) hole = (hole + 1) & mask
    for (let slot = (hole + 1) & mask; index[2 * slot + 1] !== 0; slot = (slot + 1) & mask) {
      // an entry may move back unless that would bring it before its home slot
      const home = index[2 * slot] & mask
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue
      index[2 * hole] = index[2 * slot]
      index[2 * hole + 1] = index[2 * slot + 1]
      hole = slot
    }
    index[2 * hole + 1] = 0
    this.u8[row * this.stride * 4 + STATE_OCTET] = State.Free
    this.freeRows[this.freeCount++] = row
  }

  /** Copy the template over the chains' part of the row: the next part of a flow begins. */
  restart(row: number, from: number): void {
    const at = row * this.stride
    for (let i = from; i < this.stride; i++) this.i32[at + i] = this.template[i]
  }

  private readonly keepAddresses = (row: number, packet: Packet): void => {
    const at = row * ADDRESS_WORDS
    for (let i = 0; i < ADDRESS_WORDS; i++) this.addresses[at + i] = packet.view.getInt32(packet.ipOffset + 8 + 4 * i, true)
  }

  /** @param turned 1 to compare the packet's source with the flow's destination */
  private readonly hasAddresses = (row: number, packet: Packet, turned: number): boolean => {
    const at = row * ADDRESS_WORDS, source = packet.ipOffset + 8
    return this.sameAddress(at, packet.view, source + 16 * turned) === true && this.sameAddress(at + 4, packet.view, source + 16 - 16 * turned) === true
  }

  private readonly sameAddress = (at: number, view: DataView, from: number): boolean => {
    const { addresses } = this
    return ((addresses[at] ^ view.getInt32(from, true)) | (addresses[at + 1] ^ view.getInt32(from + 4, true))
      | (addresses[at + 2] ^ view.getInt32(from + 8, true)) | (addresses[at + 3] ^ view.getInt32(from + 12, true))) === 0
  }
}

/** True where the words of the key are the addresses themselves, or it has none. @param rest the last word of a key */
const isIpv4 = (rest: number): boolean => (rest & IPV6) === 0

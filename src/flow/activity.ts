import type { Packet } from '../packet/packet.ts'
import { Protocol } from '../packet/protocol.ts'
import type { PacketClock } from './clock.ts'
import { FIRST, FLAGS_OCTET, FLAG_SYN, LAST, SEEN, STATE_OCTET, SYN_SEQUENCE, State } from './row.ts'
import type { FlowTable } from './table.ts'

// a constant of the module's own is folded into the code, an object of another's is looked up
const { Active: ACTIVE, Expiring: EXPIRING } = State
const { Tcp: TCP } = Protocol

/** A length of time in two integers: a double that passes between functions is boxed. */
export interface Duration {
  readonly seconds: number
  readonly nanoseconds: number
}

/** Flags octet of the TCP header: SYN without ACK. */
const SYN = 0x02, SYN_ACK = 0x12

/** No age in 32 bits is as great. @unit seconds */
const NEVER = 0xffffffff

/** What packets leave in the core of a row, and what can be told from it: when the flow was seen, and its first SYN. */
export class Activity {
  private readonly table: FlowTable
  private readonly clock: PacketClock
  private readonly leastIdle: number
  private readonly leastActive: number

  /** @param least whole seconds before which no flow can be idle, and none can be cut */
  constructor(table: FlowTable, clock: PacketClock, least: { readonly idle: number; readonly active: number }) {
    this.table = table
    this.clock = clock
    this.leastIdle = least.idle
    this.leastActive = Math.min(least.active, NEVER)
  }

  /** True for an active flow that was seen so lately, and is so young, that no timeout can have passed. */
  readonly isPlain = (row: number): boolean => {
    const { i32, u8, stride } = this.table
    const at = row * stride
    const now = this.clock.seconds | 0
    // ages in 32 bits without a sign: a time ahead of the clock makes a great one, and the row is looked at in full
    return u8[at * 4 + STATE_OCTET] === ACTIVE && (now - i32[at + SEEN]) >>> 0 < this.leastIdle && (now - i32[at + FIRST]) >>> 0 < this.leastActive
  }

  /** Strictly more than `timeout` has passed since the flow was seen; in an expiring flow, since it was completed. */
  readonly isSilent = (row: number, timeout: Duration): boolean => {
    return this.isPast(row * this.table.stride + SEEN, timeout)
  }

  /** Strictly more than `timeout` has passed since the record's first packet. */
  isOlder(row: number, timeout: Duration): boolean {
    return this.isPast(row * this.table.stride + FIRST, timeout)
  }

  /** The flow is seen now; its record reaches to this packet. */
  readonly touch = (row: number, packet: Packet): void => {
    const { u8, stride } = this.table
    // in an expiring flow this is when it was completed: late packets do not prolong it
    if (u8[row * stride * 4 + STATE_OCTET] !== EXPIRING) this.see(row)
    this.extend(row, packet)
  }

  /** The record reaches to this packet. */
  readonly extend = (row: number, packet: Packet): void => {
    const { clock } = this
    if (packet.nanoseconds !== clock.nanoseconds || packet.seconds !== clock.seconds || clock.rebases !== 0) return this.reach(row, packet)
    // nothing was later: that needs no look at what is there, whose outcome could not be foreseen
    const { i32, stride } = this.table
    const at = row * stride + LAST
    i32[at] = clock.seconds | 0
    i32[at + 1] = clock.nanoseconds | 0
  }

  /** The record reaches from its first packet to its last, in whatever order they come. */
  private readonly reach = (row: number, packet: Packet): void => {
    const { i32, u32, stride } = this.table
    const at = row * stride
    // what V8 knows to be 32 bits is compared as such, not as doubles
    const seconds = packet.seconds >>> 0, nanoseconds = packet.nanoseconds | 0
    const last = u32[at + LAST]
    if (seconds > last || (seconds === last && nanoseconds > i32[at + LAST + 1])) {
      u32[at + LAST] = seconds
      i32[at + LAST + 1] = nanoseconds
    } else if (seconds < u32[at + FIRST] || (seconds === u32[at + FIRST] && nanoseconds < i32[at + FIRST + 1])) {
      u32[at + FIRST] = seconds
      i32[at + FIRST + 1] = nanoseconds
    }
  }

  /** The clock's time is when the flow was seen, or completed. */
  readonly see = (row: number): void => {
    const { i32, stride } = this.table
    const at = row * stride + SEEN
    i32[at] = this.clock.seconds | 0
    i32[at + 1] = this.clock.nanoseconds | 0
  }

  /** A record begins with this packet. */
  readonly begin = (row: number, packet: Packet): void => {
    const { u32, stride } = this.table
    const at = row * stride
    u32[at + FIRST] = u32[at + LAST] = packet.seconds
    u32[at + FIRST + 1] = u32[at + LAST + 1] = packet.nanoseconds
  }

  /**
   * True for a SYN that is not the flow's own, on a flow that was completed: the ports are used again, and it is the first packet
   * of a new flow. A SYN that was sent again is late.
   */
  readonly reopens = (row: number, packet: Packet): boolean => {
    const { i32, u8, stride } = this.table
    const at = row * stride
    if (u8[at * 4 + STATE_OCTET] !== EXPIRING) return false
    if (packet.protocol !== TCP || !packet.hasTransport || !isOpening(packet)) return false
    return (u8[at * 4 + FLAGS_OCTET] & FLAG_SYN) === 0 || i32[at + SYN_SEQUENCE] !== packet.view.getInt32(packet.transportOffset + 4)
  }

  /** Keep the flow's first SYN. @param packet of TCP, with its header */
  readonly noteSyn = (row: number, packet: Packet): void => {
    if (isOpening(packet)) this.keepSyn(row, packet)
  }

  private readonly keepSyn = (row: number, packet: Packet): void => {
    const { i32, u8, stride } = this.table
    const at = row * stride
    if ((u8[at * 4 + FLAGS_OCTET] & FLAG_SYN) !== 0) return
    u8[at * 4 + FLAGS_OCTET] |= FLAG_SYN
    i32[at + SYN_SEQUENCE] = packet.view.getInt32(packet.transportOffset + 4)
  }

  private readonly isPast = (word: number, timeout: Duration): boolean => {
    const { u32 } = this.table
    let seconds = this.clock.seconds - u32[word]
    let nanoseconds = this.clock.nanoseconds - u32[word + 1]
    if (nanoseconds < 0) {
      seconds--
      nanoseconds += 1e9
    }
    return seconds > timeout.seconds || (seconds === timeout.seconds && nanoseconds > timeout.nanoseconds)
  }
}

const isOpening = (packet: Packet): boolean => (packet.bytes[packet.transportOffset + 13] & SYN_ACK) === SYN

import type { Activity, Duration } from './activity.ts'
import type { PacketClock } from './clock.ts'
import { KEY, SEEN, STATE_OCTET, State } from './row.ts'
import type { FlowTable } from './table.ts'
import { RowList, TimingWheel } from './wheel.ts'

/** How many flows are looked at before one that was seen lately has to go. */
const LOOKS = 16
/** How many rows are fetched together. */
const TOGETHER = 32

/** When flows are over: the timeouts, and the wheels that tell which flows to look at. Vetoed flows have a wheel of their own. */
export class Deadlines {
  private readonly table: FlowTable
  private readonly clock: PacketClock
  private readonly activity: Activity
  private readonly idle: readonly Duration[]
  private readonly expiry: Duration
  private readonly flows: TimingWheel
  private readonly vetoed: TimingWheel
  private readonly passed = new RowList()
  private sweptAt = 0
  private sweptRebases = 0

  /** @param idle by protocol number @param expiry of flows that were completed */
  constructor(table: FlowTable, clock: PacketClock, activity: Activity, idle: readonly Duration[], expiry: Duration) {
    this.table = table
    this.clock = clock
    this.activity = activity
    this.idle = idle
    this.expiry = expiry
    this.flows = new TimingWheel(table.capacity)
    this.vetoed = new TimingWheel(table.capacity)
  }

  /** Flows that have a deadline, vetoed ones apart. */
  get size(): number {
    return this.flows.size
  }

  readonly isOver = (row: number): boolean => {
    return this.activity.isSilent(row, this.timeoutOf(row))
  }

  readonly arm = (row: number): void => {
    this.wheelOf(row).arm(row, this.dueIn(row))
  }

  /** Take a row out of its wheel; its state must be what it was when it was armed. */
  readonly disarm = (row: number): void => {
    this.wheelOf(row).remove(row)
  }

  /**
   * The clock went so many seconds forward: collect the flows that are over; they are in no wheel any more.
   *
   * Where the clock is re-based again and again (two time lines in one capture), the wheels are moved only after a quarter as many packets as there
   * are flows: looking at all of them costs each packet four looks. Flows then come out later; what a packet finds is exact.
   * @param packets how many there were so far
   */
  readonly advance = (seconds: number, packets: number, over: RowList): void => {
    const { clock, passed, table } = this
    if (clock.rebases !== this.sweptRebases && 4 * (packets - this.sweptAt) < this.flows.size) return
    this.sweptRebases = clock.rebases
    this.sweptAt = packets
    passed.length = 0
    this.flows.advance(seconds, passed)
    if (this.vetoed.size > 0) this.vetoed.advance(seconds, passed)
    for (let i = 0; i < passed.length; i++) {
      if (i % TOGETHER === 0) table.warmRows(passed.rows, i, Math.min(i + TOGETHER, passed.length))
      const row = passed.rows[i]
      if (this.isOver(row)) over.push(row)
      else this.arm(row)
    }
  }

  /** Collect the flows that were silent for more than so long, and completed ones whose grace is over; they stay in their wheels. */
  silent(silence: Duration, out: RowList): void {
    const { passed } = this
    passed.length = 0
    this.flows.all(passed)
    this.vetoed.all(passed)
    for (let i = 0; i < passed.length; i++) {
      const row = passed.rows[i]
      if (this.activity.isSilent(row, this.stateOf(row) === State.Expiring ? this.expiry : silence)) out.push(row)
    }
  }

  /** Collect all flows, or all vetoed ones; they stay in their wheels. */
  all(which: 'flows' | 'vetoed', out: RowList): void {
    this[which].all(out)
  }

  /** Which flow goes where there is no room: a vetoed one, else the one that is due first, as far as a few looks tell. */
  next(): number {
    const veto = this.vetoed.earliest()
    if (veto >= 0) return veto
    for (let looks = 0; ; looks++) {
      const row = this.flows.earliest()
      if (looks === LOOKS || this.dueIn(row) <= this.flows.distance) return this.firstDue(row)
      this.flows.remove(row)
      this.arm(row)
    }
  }

  /** Which of the first few that hang in one second is due first; those before it were seen since, and now hang behind the others. */
  private firstDue(head: number): number {
    const { flows } = this
    let first = head
    for (let row = flows.after(head), looks = 1; row >= 0 && looks < LOOKS; row = flows.after(row), looks++) {
      if (this.isDueBefore(row, first)) first = row
    }
    for (let row = head, next = 0; row !== first; row = next) {
      next = flows.after(row)
      flows.remove(row)
      this.arm(row)
    }
    return first
  }

  private isDueBefore(row: number, other: number): boolean {
    const { u32, stride } = this.table
    const at = row * stride + SEEN, otherAt = other * stride + SEEN
    const timeout = this.timeoutOf(row), otherTimeout = this.timeoutOf(other)
    const seconds = u32[at] + timeout.seconds - u32[otherAt] - otherTimeout.seconds
    return seconds < 0 || (seconds === 0 && u32[at + 1] + timeout.nanoseconds < u32[otherAt + 1] + otherTimeout.nanoseconds)
  }

  private readonly stateOf = (row: number): number => {
    return this.table.u8[row * this.table.stride * 4 + STATE_OCTET]
  }

  private readonly wheelOf = (row: number): TimingWheel => {
    return this.stateOf(row) === State.Vetoed ? this.vetoed : this.flows
  }

  private readonly timeoutOf = (row: number): Duration => {
    if (this.stateOf(row) === State.Expiring) return this.expiry
    return this.idle[this.table.i32[row * this.table.stride + KEY + 3] & 0xff]
  }

  /** Whole seconds of the clock until the flow is over for certain, unless it is seen again. */
  private readonly dueIn = (row: number): number => {
    const { table, clock } = this
    const at = row * table.stride
    const timeout = this.timeoutOf(row)
    // the clock was re-based since: the flow counts as seen now
    if (table.u32[at + SEEN] > clock.seconds) this.activity.see(row)
    const carry = table.u32[at + SEEN + 1] + timeout.nanoseconds >= 1e9 ? 1 : 0
    return table.u32[at + SEEN] - clock.seconds + timeout.seconds + 1 + carry
  }
}

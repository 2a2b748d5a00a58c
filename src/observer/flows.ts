import type { Compiled } from '../chain/compile.ts'
import { pooledWords } from '../chain/compile.ts'
import { Activity, type Duration } from '../flow/activity.ts'
import { PacketClock } from '../flow/clock.ts'
import { Deadlines } from '../flow/deadlines.ts'
import { EndReason } from '../flow/end-reason.ts'
import type { FlowKey } from '../flow/key.ts'
import { Ordering } from '../flow/order.ts'
import { NUMBER, PART, SEEN, SOURCE, STATE_OCTET, State } from '../flow/row.ts'
import { FlowTable } from '../flow/table.ts'
import { RowList } from '../flow/wheel.ts'
import type { Ledger } from '../ledger.ts'
import type { Packet } from '../packet/packet.ts'
import { Cursor } from './cursor.ts'
import type { HookList } from './hook-list.ts'
import type { HookCaller } from './hook-caller.ts'
import type { ResolvedOptions } from './options.ts'
import { Outlet, outletRows } from './outlet.ts'

/** How many rows are fetched together. */
const TOGETHER = 32

/** The life of flows: active, expiring after they were completed, or vetoed; and the ways it ends. */
export class Flows {
  readonly table: FlowTable
  readonly clock = new PacketClock()
  readonly cursor: Cursor
  readonly outlet: Outlet
  readonly activity: Activity
  /** Names of the sources; rows keep an index. */
  readonly sourceNames: string[] = []

  private readonly ledger: Ledger
  private readonly hooks: HookCaller
  private readonly endHooks: HookList
  private readonly deadlines: Deadlines
  private readonly ordering = new Ordering()
  private readonly passed = new RowList()
  private readonly ended = new RowList()
  private readonly expiring = new RowList()
  private readonly pooled: readonly number[]
  private readonly firstWord: number
  private flushed = 0

  constructor(compiled: Compiled, options: ResolvedOptions, ledger: Ledger, hooks: HookCaller) {
    const described = options.key.base !== 'flow'
    this.table = new FlowTable(options.maxFlows, compiled.template, outletRows(compiled.template.length))
    this.cursor = new Cursor(this.table, compiled, described, hooks)
    this.outlet = new Outlet(compiled, this.cursor.pool, described, this.table)
    this.ledger = ledger
    this.hooks = hooks
    this.endHooks = this.cursor.hooks('end')
    this.pooled = pooledWords(compiled)
    this.firstWord = compiled.firstWord
    const idle = Math.min(options.expiry.seconds, ...options.idle.map((each) => each.seconds))
    this.activity = new Activity(this.table, this.clock, { idle, active: options.active?.seconds ?? Infinity })
    this.deadlines = new Deadlines(this.table, this.clock, this.activity, options.idle, options.expiry)
  }

  /** Flows in the table, vetoed ones apart. */
  get active(): number {
    return this.deadlines.size
  }

  /** End the flow in `row` if its time is over. @returns true when it was */
  readonly endIfOver = (row: number): boolean => {
    if (!this.deadlines.isOver(row)) return false
    this.end(row, EndReason.Idle)
    return true
  }

  /** End the flow in `row` if it was completed, and this packet is the first of another. @returns true when it is */
  readonly reopens = (row: number, packet: Packet): boolean => {
    if (!this.activity.reopens(row, packet)) return false
    this.end(row, EndReason.End)
    return true
  }

  /** Make the flow of this packet, its first; a flow has to go where the table is full. `keyed`: the packet that the key is of. */
  readonly begin = (key: FlowKey, packet: Packet, keyed: Packet, source: number): number => {
    const { table } = this
    if (table.full) this.end(this.deadlines.next(), EndReason.Resources)
    const row = table.insert(key, keyed)
    const at = row * table.stride
    this.activity.see(row)
    table.f64[(at + NUMBER) / 2] = packet.number
    table.u32[at + SOURCE] = source + packet.sourceNumber
    this.activity.begin(row, packet)
    table.u32[at + PART] = 1
    this.deadlines.arm(row)
    return row
  }

  /** A chain completed the flow: packets still count for a while. */
  readonly complete = (row: number): void => {
    const { table } = this
    if (table.u8[row * table.stride * 4 + STATE_OCTET] !== State.Active) return
    table.u8[row * table.stride * 4 + STATE_OCTET] = State.Expiring
    this.activity.see(row)
    this.deadlines.disarm(row)
    this.deadlines.arm(row)
  }

  /** A chain does not want the flow: it is no flow, but its packets must be known. */
  veto(row: number): void {
    const { table } = this
    this.deadlines.disarm(row)
    this.release(row)
    table.u8[row * table.stride * 4 + STATE_OCTET] = State.Vetoed
    this.deadlines.arm(row)
  }

  /** Cut the record of a flow that goes on: the next part begins with this packet. */
  cut(row: number, packet: Packet): void {
    const { table } = this
    this.record(row, EndReason.Active)
    this.release(row)
    table.restart(row, this.firstWord)
    table.u32[row * table.stride + PART]++
    this.activity.begin(row, packet)
  }

  /** End a flow that is in a wheel. An expiring one was at its end whatever else ends it now; a vetoed one leaves no record. */
  readonly end = (row: number, reason: EndReason): void => {
    this.deadlines.disarm(row)
    this.dismiss(row, reason)
  }

  /** The clock went so many seconds forward: end what is over, in the order of the flows' first packets. */
  readonly advance = (seconds: number): void => {
    const { ended, table } = this
    ended.length = 0
    this.deadlines.advance(seconds, this.ledger.packets, ended)
    this.ordering.sort(ended, table.f64, table.stride / 2, NUMBER / 2)
    this.dismissAll(ended, 0, ended.length, EndReason.Idle)
  }

  /**
   * Until then nothing more comes: let the clock go there, and end what is over. Only a source that captures live knows such a time.
   * @param time seconds since the epoch; it moves the clock forward alone
   */
  passTime(time: number | undefined): void {
    const seconds = Math.floor(time ?? 0)
    if (time === undefined || seconds < this.clock.seconds) return
    const step = this.clock.advance(seconds, Math.floor((time - seconds) * 1e9))
    if (step > 0) this.advance(step)
  }

  /** End every flow that was silent for more than so long. */
  purge(silence: Duration): void {
    const { ended, table } = this
    ended.length = 0
    this.deadlines.silent(silence, ended)
    this.ordering.sort(ended, table.f64, table.stride / 2, NUMBER / 2)
    for (let i = 0; i < ended.length; i++) this.end(ended.rows[i], EndReason.Idle)
  }

  /** Begin to end all flows: expiring ones by due time, then active ones by first packet. `flushNext` does it. */
  flush(): void {
    const { passed, ended, expiring, table } = this
    passed.length = 0
    ended.length = 0
    expiring.length = 0
    this.deadlines.all('vetoed', passed)
    for (let i = 0; i < passed.length; i++) this.end(passed.rows[i], EndReason.Forced)
    passed.length = 0
    this.deadlines.all('flows', passed)
    for (let i = 0; i < passed.length; i++) (this.stateOf(passed.rows[i]) === State.Expiring ? expiring : ended).push(passed.rows[i])
    this.ordering.sort(ended, table.f64, table.stride / 2, NUMBER / 2)
    this.ordering.sort(expiring, table.f64, table.stride / 2, NUMBER / 2)
    this.ordering.sort(expiring, table.u32, table.stride, SEEN + 1)
    this.ordering.sort(expiring, table.u32, table.stride, SEEN)
    for (let i = 0; i < ended.length; i++) expiring.push(ended.rows[i])
    this.flushed = 0
  }

  /** End some more of them. @returns false when all are ended */
  flushNext(count: number): boolean {
    const { expiring } = this
    const until = Math.min(expiring.length, this.flushed + count)
    for (let i = this.flushed; i < until; i++) this.deadlines.disarm(expiring.rows[i])
    this.dismissAll(expiring, this.flushed, until, EndReason.Forced)
    this.flushed = until
    return until < expiring.length
  }

  private readonly stateOf = (row: number): number => {
    return this.table.u8[row * this.table.stride * 4 + STATE_OCTET]
  }

  /** Dismiss rows of a list that are in no wheel, a few at a time: their memory is fetched together. */
  private readonly dismissAll = (list: RowList, from: number, to: number, reason: EndReason): void => {
    for (let start = from; start < to; start += TOGETHER) {
      const end = Math.min(start + TOGETHER, to)
      this.table.warmRemoval(list.rows, start, end)
      for (let i = start; i < end; i++) this.dismiss(list.rows[i], reason)
    }
  }

  /** The flow's record, and its row back to the table. */
  private readonly dismiss = (row: number, reason: EndReason): void => {
    const state = this.stateOf(row)
    if (state !== State.Vetoed) this.record(row, state === State.Expiring ? EndReason.End : reason)
    this.release(row)
    this.table.remove(row)
  }

  private readonly record = (row: number, reason: EndReason): void => {
    if (this.endHooks.length > 0) {
      this.cursor.move(row, false)
      this.hooks.end(this.endHooks, this.ledger.packets)
    }
    this.outlet.append(this.table, row, reason, this.sourceNames)
    this.ledger.records++
  }

  /** Drop the objects that the row holds. */
  private readonly release = (row: number): void => {
    const { table, pooled, cursor } = this
    for (let i = 0; i < pooled.length; i++) {
      const at = row * table.stride + pooled[i]
      table.u32[at] = cursor.pool.put(table.u32[at], null)
    }
  }
}

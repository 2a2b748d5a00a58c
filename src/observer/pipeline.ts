import { FragmentTable } from '../flow/fragments.ts'
import type { Duration } from '../flow/activity.ts'
import type { KeyColumns } from '../flow/key-columns.ts'
import { KeyScheme } from '../flow/key.ts'
import { State, STATE_OCTET } from '../flow/row.ts'
import { Fate, type Ledger } from '../ledger.ts'
import { UNKNOWN_LINK } from '../packet/link.ts'
import { BURST } from '../packet/burst.ts'
import type { Packet } from '../packet/packet.ts'
import type { PacketSource } from '../source/source.ts'
import { Dispatch } from './dispatch.ts'
import type { Flows } from './flows.ts'
import type { HookCaller } from './hook-caller.ts'
import { Intake } from './intake.ts'
import { Lane } from './lane.ts'
import type { ResolvedOptions } from './options.ts'

// a constant of the module's own is folded into the code, an object of another's is looked up
const { Keyed: KEYED } = Fate

/** What a number is as a boolean, without a branch. */
const IS_REVERSED = [false, true]
/** How many packets at most before the event loop is let in. */
const TURN = 65_536
/** With fewer flows the table is in the processor's second cache anyway. */
const LARGE = 16_384

/** From a packet to its flow's hooks. This is the hot path: per packet it allocates nothing. */
export class Pipeline {
  /** Link types that were met and are not known, with the number of their packets. */
  readonly unknownLinks = new Map<number, number>()

  private readonly flows: Flows
  private readonly hooks: HookCaller
  private readonly ledger: Ledger
  private readonly dispatch: Dispatch
  private readonly intake: Intake
  private readonly keys: KeyColumns
  private readonly activeTimeout: Duration | null
  private readonly limit: number
  private readonly fragments: FragmentTable
  private readonly keyedByPorts: boolean
  private readonly makeLane: () => Lane
  /** Shows fragments that were held. */
  private heldLane: Lane | null = null
  private sourceIndex = -1

  constructor(flows: Flows, options: ResolvedOptions, ledger: Ledger, hooks: HookCaller) {
    this.flows = flows
    this.hooks = hooks
    this.ledger = ledger
    const scheme = new KeyScheme(options.key)
    this.makeLane = () => new Lane(scheme, options.tunnels)
    this.keys = flows.table.keys
    this.intake = new Intake(scheme, this.keys, this.makeLane)
    this.fragments = new FragmentTable(flows.clock)
    this.keyedByPorts = options.key.base === 'flow'
    this.activeTimeout = options.active
    this.limit = options.limit
    this.dispatch = new Dispatch(flows.cursor, hooks, flows.activity)
  }

  /** True when no further packet is wanted. */
  get done(): boolean {
    return this.ledger.packets >= this.limit || this.hooks.failure !== null
  }

  /**
   * Handle the packets that the source has in memory, or a good many of them, a few at a time: all are decoded, then the table is
   * told which flows are wanted, then each is handled in its turn. The processor fetches the flows' memory for all at once, where one
   * by one it would wait for each.
   * @returns false when the source has no more
   */
  readonly run = (source: PacketSource): boolean => {
    const { ledger } = this
    const { table } = this.flows
    this.enter(source.name)
    for (let turn = 0; turn < TURN; turn += BURST) {
      if (this.done) return true
      const left = this.limit - ledger.packets
      const wanted = left < BURST ? left : BURST
      const count = this.intake.fill(source, wanted)
      if (table.size > LARGE) table.warm(count)
      table.findAll(count)
      if (!this.handleAll(count)) return true
      if (count < wanted) return false
    }
    return true
  }

  /**
   * What nearly every packet needs stands in the loop itself: V8 puts functions into another up to a limit, and what is more than that is called.
   * @returns false when a hook threw
   */
  private readonly handleAll = (count: number): boolean => {
    const { ledger, hooks, intake, flows } = this
    const { table, activity } = flows
    try {
      for (let i = 0; i < count && hooks.failure === null; i++) {
        ledger.packets++
        const lane = intake.lane(i)
        const { packet } = lane
        packet.number = ledger.packets
        const step = flows.clock.see(packet)
        if (step > 0) flows.advance(step)
        if (lane.fate !== KEYED) {
          this.handleKeyless(lane, i)
          continue
        }
        const row = table.findAgain(i, lane.keyed)
        if (row < 0 || activity.isPlain(row) !== true || packet.isError === true || packet.moreFragments === true) {
          lane.key.take(this.keys, i)
          this.handleFlow(lane, row)
          continue
        }
        // by far most packets: of an active flow that was seen just now
        const { reversed } = table
        packet.rev = IS_REVERSED[reversed]
        flows.cursor.moveTo(row, reversed)
        ledger.in_flows++
        activity.see(row)
        activity.extend(row, packet)
        if (this.dispatch.packet(lane, row) === true) flows.complete(row)
      }
    } catch (error) {
      hooks.fail(error, ledger.packets)
    }
    return hooks.failure === null
  }

  private enter(name: string): void {
    const { sourceNames } = this.flows
    if (sourceNames[this.sourceIndex] === name) return
    this.sourceIndex = sourceNames.indexOf(name)
    if (this.sourceIndex < 0) this.sourceIndex = sourceNames.push(name) - 1
  }

  /** A packet without a key of its own: a later fragment, or one that is discarded. */
  private readonly handleKeyless = (lane: Lane, i: number): void => {
    if (this.claims(lane, i)) this.handleFlow(lane, this.flows.table.find(i, lane.keyed))
    else this.discard(lane.packet, lane.fate)
  }

  /** A packet with a key, in every case. `row`: what was found for it. */
  private readonly handleFlow = (lane: Lane, found: number): void => {
    const { flows, ledger } = this
    const { table } = flows
    const { packet, key, keyed } = lane
    let row = found
    // an ICMP error travels against the packet it quotes
    let rev = table.reversed === 1 ? packet.isError !== true : packet.isError === true
    if (row >= 0 && (flows.endIfOver(row) || flows.reopens(row, packet))) row = -1
    const isNew = row < 0
    if (isNew) {
      row = flows.begin(key, packet, keyed, this.sourceIndex)
      rev = packet.isError
    }
    if (packet.isError && key.symmetric) rev = false
    packet.rev = rev
    flows.cursor.move(row, rev)
    if (this.isCounted(row, lane, isNew)) {
      ledger.in_flows++
      flows.activity.touch(row, packet)
      if (this.dispatch.packet(lane, row)) flows.complete(row)
    } else {
      ledger.vetoed++
      flows.activity.touch(row, packet)
    }
    if (packet.moreFragments && packet.fragmentOffset === 0) this.replay(row, lane)
  }

  /** False where the flow is vetoed, or is by this packet. */
  private readonly isCounted = (row: number, lane: Lane, isNew: boolean): boolean => {
    if (isNew) return this.admit(row, lane)
    const { table } = this.flows
    if (table.u8[row * table.stride * 4 + STATE_OCTET] === State.Vetoed) return false
    return this.activeTimeout === null || this.goesOn(row, lane, this.activeTimeout)
  }

  private readonly discard = (packet: Packet, fate: Fate | typeof UNKNOWN_LINK): void => {
    const { ledger } = this
    switch (fate) {
      case Fate.Short:
        ledger.short++
        break
      case Fate.Malformed:
        ledger.malformed++
        break
      case Fate.OrphanFragment:
        ledger.orphan_fragments++
        break
      case UNKNOWN_LINK:
        this.unknownLinks.set(packet.linkType, (this.unknownLinks.get(packet.linkType) ?? 0) + 1)
        ledger.non_ip++
        break
      default:
        ledger.non_ip++
    }
  }

  /** A later fragment has the key of its first. @returns false for any other packet without a key, and while the first has not come */
  private readonly claims = ({ fate, key, packet }: Lane, i: number): boolean => {
    if (fate !== Fate.OrphanFragment) return false
    // where ports are no part of the key, a fragment needs no first
    const first = this.keyedByPorts ? this.fragments.later(packet) : null
    if (first === null && this.keyedByPorts) return false
    // behind an extension header only the first knows what follows
    if (first !== null) packet.protocol = first.protocol
    key.assign(packet, packet.protocol, first?.ports ?? 0)
    this.keys.put(i, key)
    return true
  }

  /** The first fragment came: those that were held for it are its flow's. */
  private replay(row: number, { key, packet }: Lane): void {
    if (packet.isError || !this.keyedByPorts) return
    const { flows, ledger } = this
    const held = this.fragments.first(packet, packet.protocol, (key.described ?? key).ports)
    const lane = held.length > 0 ? (this.heldLane ??= this.makeLane()) : null
    if (lane === null) return
    const vetoed = flows.table.u8[row * flows.table.stride * 4 + STATE_OCTET] === State.Vetoed
    for (const fragment of held) {
      lane.show(fragment, packet)
      ledger.orphan_fragments--
      if (vetoed) ledger.vetoed++
      else {
        ledger.in_flows++
        flows.activity.touch(row, lane.packet)
        flows.cursor.move(row, packet.rev)
        if (this.dispatchHeld(lane, row)) flows.complete(row)
      }
      // the others were not seen by any hook
      if (this.hooks.failure !== null) return
    }
  }

  /** An error names the packet that was held, not the one that is being handled. */
  private dispatchHeld(lane: Lane, row: number): boolean {
    try {
      return this.dispatch.packet(lane, row)
    } catch (error) {
      this.hooks.fail(error, lane.packet.number)
      return false
    }
  }

  /** Ask the chains whether they want a new flow. @returns false when one does not */
  private readonly admit = (row: number, lane: Lane): boolean => {
    const { flows, ledger } = this
    // counted before the hooks run, so that the ledger balances also when one throws
    ledger.flows++
    if (!this.wantsNot(lane)) return true
    ledger.flows--
    ledger.flows_vetoed++
    flows.veto(row)
    return false
  }

  private readonly wantsNot = (lane: Lane): boolean => {
    try {
      return this.dispatch.newFlow(lane)
    } catch (error) {
      this.ledger.in_flows++
      throw error
    }
  }

  /** Begin the next part where the record is longer than the active timeout. @returns false when a chain does not want the next part */
  private readonly goesOn = (row: number, lane: Lane, timeout: Duration): boolean => {
    const { packet } = lane
    const { flows, ledger } = this
    const { table } = flows
    if (table.u8[row * table.stride * 4 + STATE_OCTET] !== State.Active || !flows.activity.isOlder(row, timeout)) return true
    flows.cut(row, packet)
    ledger.active_cuts++
    flows.cursor.move(row, packet.rev)
    if (!this.wantsNot(lane)) return true
    // the record that was cut was the flow's last
    ledger.active_cuts--
    ledger.flows_vetoed++
    flows.veto(row)
    return false
  }
}

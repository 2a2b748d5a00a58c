import type { HookName } from '../chain/types.ts'
import type { Activity } from '../flow/activity.ts'
import { Protocol } from '../packet/protocol.ts'
import type { Cursor } from './cursor.ts'
import type { HookList } from './hook-list.ts'
import { type Runner, runnerOf } from './hook-runner.ts'
import type { HookCaller } from './hook-caller.ts'
import type { Lane } from './lane.ts'

// a constant of the module's own is folded into the code, an object of another's is looked up
const { Icmp: ICMP, Icmpv6: ICMPV6, Tcp: TCP, Udp: UDP } = Protocol

/** Calls the hooks of a packet's kinds, each with the header it is for; a flow's own state hears of TCP here, where it is told from the others anyway. */
export class Dispatch {
  private readonly hooks: HookCaller
  private readonly activity: Activity
  private readonly newFlowHooks: HookList
  private readonly ip: Runner | null
  private readonly ip4: Runner | null
  private readonly ip6: Runner | null
  private readonly icmp4: Runner | null
  private readonly icmp6: Runner | null
  private readonly tcp: Runner | null
  private readonly udp: Runner | null
  private readonly l4: Runner | null

  constructor(cursor: Cursor, hooks: HookCaller, activity: Activity) {
    this.hooks = hooks
    this.activity = activity
    this.newFlowHooks = cursor.hooks('newFlow')
    const runner = (name: HookName): Runner | null => {
      const list = cursor.hooks(name)
      return list.length > 0 ? runnerOf(list, hooks) : null
    }
    this.ip = runner('ip')
    this.ip4 = runner('ip4')
    this.ip6 = runner('ip6')
    this.icmp4 = runner('icmp4')
    this.icmp6 = runner('icmp6')
    this.tcp = runner('tcp')
    this.udp = runner('udp')
    this.l4 = runner('l4')
  }

  /** @returns true when a chain does not want the flow */
  newFlow({ ip, packet }: Lane): boolean {
    return this.newFlowHooks.length > 0 && this.hooks.newFlow(this.newFlowHooks, ip, packet.rev, packet)
  }

  /** @param row of the packet's flow, where the cursor is @returns true when a chain completed the flow */
  readonly packet = (lane: Lane, row: number): boolean => {
    const { packet } = lane
    const { rev } = packet
    let complete = false
    if (this.ip !== null && this.ip(lane.ip, rev, packet) === true) complete = true
    if (packet.ipVersion === 4) {
      if (this.ip4 !== null && this.ip4(lane.ip4, rev, packet) === true) complete = true
    } else if (this.ip6 !== null && this.ip6(lane.ip6, rev, packet) === true) complete = true
    if (packet.hasTransport !== true) return complete
    switch (packet.protocol) {
      case TCP:
        this.activity.noteSyn(row, packet)
        if (this.tcp !== null && this.tcp(lane.tcp, rev, packet) === true) complete = true
        break
      case UDP:
        if (this.udp !== null && this.udp(lane.udp, rev, packet) === true) complete = true
        break
      case ICMP:
        if (this.icmp4 !== null && this.icmp4(lane.icmp, rev, packet) === true) complete = true
        break
      case ICMPV6:
        if (this.icmp6 !== null && this.icmp6(lane.icmp, rev, packet) === true) complete = true
        break
      default:
        if (this.l4 !== null && this.l4(lane.transport, rev, packet) === true) complete = true
    }
    return complete
  }
}

import { Protocol } from '../packet/protocol.ts'
import type { Cursor } from './cursor.ts'
import type { HookList } from './hook-list.ts'
import type { HookCaller } from './hook-caller.ts'
import type { Lane } from './lane.ts'

// an import is a live binding, looked up at every use; a constant of the module's own is folded into the code
const { Icmp: ICMP, Icmpv6: ICMPV6, Tcp: TCP, Udp: UDP } = Protocol

/** Calls the hooks of a packet's kinds, each with the header it is for. */
export class Dispatch {
  private readonly hooks: HookCaller
  private readonly newFlowHooks: HookList
  private readonly ip: HookList
  private readonly ip4: HookList
  private readonly ip6: HookList
  private readonly icmp4: HookList
  private readonly icmp6: HookList
  private readonly tcp: HookList
  private readonly udp: HookList
  private readonly l4: HookList

  constructor(cursor: Cursor, hooks: HookCaller) {
    this.hooks = hooks
    this.newFlowHooks = cursor.hooks('newFlow')
    this.ip = cursor.hooks('ip')
    this.ip4 = cursor.hooks('ip4')
    this.ip6 = cursor.hooks('ip6')
    this.icmp4 = cursor.hooks('icmp4')
    this.icmp6 = cursor.hooks('icmp6')
    this.tcp = cursor.hooks('tcp')
    this.udp = cursor.hooks('udp')
    this.l4 = cursor.hooks('l4')
  }

  /** @returns true when a chain does not want the flow */
  newFlow({ ip, packet }: Lane): boolean {
    return this.newFlowHooks.length > 0 && this.hooks.newFlow(this.newFlowHooks, ip, packet.rev, packet)
  }

  /** @returns true when a chain completed the flow */
  readonly packet = (lane: Lane): boolean => {
    const { hooks } = this
    const { packet } = lane
    const { rev } = packet
    let complete = false
    if (this.ip.length > 0 && hooks.run(this.ip, lane.ip, rev, packet) === true) complete = true
    if (packet.ipVersion === 4) {
      if (this.ip4.length > 0 && hooks.run(this.ip4, lane.ip4, rev, packet) === true) complete = true
    } else if (this.ip6.length > 0 && hooks.run(this.ip6, lane.ip6, rev, packet) === true) complete = true
    if (packet.hasTransport !== true) return complete
    switch (packet.protocol) {
      case TCP:
        if (this.tcp.length > 0 && hooks.run(this.tcp, lane.tcp, rev, packet) === true) complete = true
        break
      case UDP:
        if (this.udp.length > 0 && hooks.run(this.udp, lane.udp, rev, packet) === true) complete = true
        break
      case ICMP:
        if (this.icmp4.length > 0 && hooks.run(this.icmp4, lane.icmp, rev, packet) === true) complete = true
        break
      case ICMPV6:
        if (this.icmp6.length > 0 && hooks.run(this.icmp6, lane.icmp, rev, packet) === true) complete = true
        break
      default:
        if (this.l4.length > 0 && hooks.run(this.l4, lane.transport, rev, packet) === true) complete = true
    }
    return complete
  }
}

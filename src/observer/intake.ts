import { BurstKeys } from '../flow/burst-keys.ts'
import type { KeyColumns } from '../flow/key-columns.ts'
import type { KeyScheme } from '../flow/key.ts'
import { Burst, BURST } from '../packet/burst.ts'
import type { Packet } from '../packet/packet.ts'
import { LinkType } from '../packet/protocol.ts'
import { givesBursts } from '../source/burst-source.ts'
import type { PacketSource } from '../source/source.ts'
import { Lane } from './lane.ts'

/** Pulls packets from a source, a few at a time, and decodes them. */
export class Intake {
  private readonly burst = new Burst()
  private readonly burstKeys: BurstKeys
  private readonly keys: KeyColumns
  private readonly lanes: readonly Lane[]
  /** Shows the usual packets that the burst has read: what is the same for all of them is written once. */
  private readonly usual: Lane
  private readonly takesBursts: boolean
  /** The burst has read the packets. */
  private isBurst = false

  /** @param keys where the packets' keys are put */
  constructor(scheme: KeyScheme, keys: KeyColumns, makeLane: () => Lane) {
    this.keys = keys
    this.lanes = Array.from({ length: BURST }, makeLane)
    this.burstKeys = new BurstKeys(this.burst, scheme, keys)
    this.takesBursts = !scheme.isReduced
    this.usual = makeLane()
    this.usual.beUsual()
    this.burst.linkType = LinkType.Ethernet
    this.place(this.usual.packet)
  }

  /** Pull and decode packets. A function of its own, called often: V8 compiles it at once, where a long loop waits. @param wanted at most `BURST` @returns how many there were */
  readonly fill = (source: PacketSource, wanted: number): number => {
    const { burst } = this
    this.isBurst = this.takesBursts && givesBursts(source) && source.fillBurst(burst, wanted)
    if (!this.isBurst) return this.pull(source, wanted)
    this.burstKeys.load()
    this.usual.packet.interfaceId = burst.interfaceId
    if (burst.unusual > 0) this.decodeUnusual()
    return burst.count
  }

  /** The packet at `i` of those that were pulled; its key is that at `i` of the keys. */
  readonly lane = (i: number): Lane => {
    const { burst, usual } = this
    if (!this.isBurst || burst.ipVersion[i] === 0) return this.lanes[i]
    burst.showRecord(i, usual.packet)
    burst.showLayers(i, usual.packet)
    return usual
  }

  private readonly decodeUnusual = (): void => {
    const { burst, lanes } = this
    for (let i = 0; i < burst.count; i++) {
      if (burst.ipVersion[i] !== 0) continue
      const lane = lanes[i]
      burst.showRecord(i, lane.packet)
      lane.packet.stamped = burst.stamped[i] === 1
      this.place(lane.packet)
      this.decode(lane, i)
    }
  }

  private readonly pull = (source: PacketSource, wanted: number): number => {
    const { burst, lanes } = this
    let count = 0
    for (; count < wanted; count++) {
      const lane = lanes[count]
      const { packet } = lane
      if (!source.next(packet)) break
      if (packet.linkType === LinkType.Ethernet && burst.decode(count, packet.view, packet.start, packet.capturedLength) !== 0) {
        burst.showLayers(count, packet)
        lane.beUsual()
        lane.key.load(packet)
        this.keys.put(count, lane.key)
      } else {
        this.decode(lane, count)
      }
    }
    return count
  }

  /** Write what all packets of the burst have in common. */
  private readonly place = (packet: Packet): void => {
    const { window, linkType, interfaceId } = this.burst
    // a reference is written only when it changes: that costs more than a comparison
    if (packet.view !== window.view) {
      packet.bytes = window.bytes
      packet.view = window.view
    }
    packet.linkType = linkType
    packet.interfaceId = interfaceId
  }

  private readonly decode = (lane: Lane, i: number): void => {
    lane.decode()
    this.keys.put(i, lane.key)
  }
}

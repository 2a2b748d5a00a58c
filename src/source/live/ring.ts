import type { SourceError, WeirError } from '../../errors.ts'
import type { Packet } from '../../packet/packet.ts'
import { LinkType } from '../../packet/protocol.ts'
import { loadKoffi } from '../libpcap.ts'
import type { PacketSource } from '../source.ts'
import { join } from './fanout.ts'
import { InterfaceDrops } from './interface-drops.ts'
import { compileFor, returns } from './kernel-filter.ts'
import type { LiveOptions } from './options.ts'
import { type Interface, PacketSocket, type Program, SystemFailure } from './packet-socket.ts'
import { cannotCapture, disappeared, isDown, noSuchInterface, notPermitted, wentDown } from './refusal.ts'
import { HEADROOM, RingBlocks } from './ring-blocks.ts'

/** @source Linux, if_packet.h */
const PACKET_RX_RING = 5, PACKET_VERSION = 10, PACKET_RESERVE = 12, PACKET_IGNORE_OUTGOING = 23, TPACKET_V3 = 2
/** 64 MB: a quarter of a second of a link of 2 Gbit/s. A block holds the longest frame. */
const SHAPE = { blockSize: 512 * 1024, blocks: 128 }
/** TPACKET_V3 asks for it, and does not hold to it. @unit octets */
const FRAME_SIZE = 2048
/** The kernel closes a block that is not full after this. @unit milliseconds */
const BLOCK_TIME = 50
/** How long one waits for packets. @unit milliseconds */
const PATIENCE = 100
/** A packet that came so long ago is in a block that was closed since, however late the kernel's timer was. @unit seconds */
const SURELY_CLOSED = 0.5

/** Link layers by ARPHRD_ (if_arp.h) that frames are captured with; all others are captured without, as libpcap's cooked mode does. */
const LINK_TYPES: Readonly<Record<number, number>> = { 1: LinkType.Ethernet, 519: LinkType.Raw, 772: LinkType.Ethernet, 801: LinkType.Wifi, 803: LinkType.Radiotap, 65534: LinkType.Raw }
const ARPHRD_LOOPBACK = 772

/** A program that lets through nothing. */
const NOTHING = returns(0)

/** Sockets that share what an interface gives: their number; null for new ones. */
export interface Group {
  readonly group: number | null
}

/**
 * Begin to capture through a ring that is mapped into memory.
 * @param shared with others, each on a thread of its own; nothing is heard before `begin`
 * @throws SourceError @throws {OptionError} WEIR_OPTION_FILTER
 */
export async function openRing(name: string, options: LiveOptions, shared: Group | null = null): Promise<RingSource> {
  const { filter, snaplen } = options
  if (process.platform !== 'linux') throw cannotCapture(name, `rings are of Linux: use int:${name}`)
  const koffi = await loadKoffi()
  if (koffi === null) throw cannotCapture(name, 'that needs koffi: npm install koffi@3.3.4')
  let socket: PacketSocket | null = null
  try {
    socket = new PacketSocket(koffi, false)
    const of = socket.interface(name)
    if (!of.up) throw new SystemFailure('bind', 'ENETDOWN')
    const linkType = LINK_TYPES[of.hardware] ?? LinkType.LinuxCooked
    if (linkType === LinkType.LinuxCooked) {
      await socket.close()
      socket = new PacketSocket(koffi, true)
    }
    const program = filter === null ? returns(snaplen) : await compileFor(name, filter, { snaplen, linkType })
    return new RingSource({ name, socket, of, linkType, program, shared }, options)
  } catch (error) {
    await socket?.close()
    throw error instanceof SystemFailure ? refusal(name, error) : error
  }
}

interface Opened {
  readonly name: string
  readonly socket: PacketSocket
  readonly of: Interface
  readonly linkType: number
  readonly program: Program
  readonly shared: Group | null
}

export class RingSource implements PacketSource {
  readonly name: string
  readonly size = null
  /** What the kernel did not let through it does not count. */
  readonly filtered = null
  fault: WeirError | null = null
  /** @unit octets of the ring */
  position = 0
  silentUntil = 0
  readonly linkType: number
  /** Number of the group; null where nothing is shared. */
  readonly group: number | null
  readonly #program: Program
  readonly #socket: PacketSocket
  readonly #blocks: RingBlocks
  readonly #interfaceDrops: InterfaceDrops
  #ringDrops = 0
  #failing: WeirError | null = null
  #closed = false

  constructor({ name, socket, of: { index, hardware }, linkType, program, shared }: Opened, { snaplen, promiscuous, interfaces }: LiveOptions) {
    this.name = name
    this.linkType = linkType
    this.#socket = socket
    this.#program = program
    // before all have joined each of them would hear everything
    socket.attach(shared === null ? program : NOTHING)
    socket.set(PACKET_VERSION, TPACKET_V3)
    socket.set(PACKET_RESERVE, HEADROOM)
    // every packet of the loopback is sent and received
    if (hardware === ARPHRD_LOOPBACK) socket.set(PACKET_IGNORE_OUTGOING, 1)
    const { blockSize, blocks } = SHAPE
    socket.set(PACKET_RX_RING, blockSize, blocks, FRAME_SIZE, (blockSize / FRAME_SIZE) * blocks, BLOCK_TIME, 0, 0)
    this.#blocks = new RingBlocks(socket.map(blockSize * blocks), SHAPE, { linkType, interfaceId: interfaces.take(), snaplen })
    this.#interfaceDrops = new InterfaceDrops(name)
    socket.bind(index)
    this.group = shared === null ? null : join(socket, shared.group, linkType === LinkType.Ethernet)
    if (promiscuous) socket.hearOthers(index)
  }

  next(packet: Packet): boolean {
    return this.#blocks.next(packet)
  }

  async refill(): Promise<boolean> {
    if (this.#closed) return false
    this.#blocks.giveBack()
    if (this.#take()) return true
    await this.#wait()
    if (this.#closed) return false
    const now = Date.now() / 1000
    if (this.#take()) return true
    // what the kernel had when it failed was in blocks that are closed by now
    this.fault = this.#failing
    this.#failing ??= this.#failure()
    this.silentUntil = now - SURELY_CLOSED
    return this.fault === null
  }

  /** Hear what there is, where the interface is shared. */
  begin(): void {
    this.#socket.attach(this.#program)
  }

  /** Where the interface is shared, the source hears nothing more, but stays: were it gone, others would hear the rest of its flows. */
  async close(): Promise<void> {
    if (this.#closed) return
    if (this.group === null) return this.leave()
    this.#socket.attach(NOTHING)
  }

  /** Give everything back. */
  async leave(): Promise<void> {
    if (this.#closed) return
    // frames that were not read are gone
    this.#blocks.giveBack()
    this.#ringDrops += this.#socket.takeDrops()
    this.#closed = true
    this.#interfaceDrops.close()
    await this.#socket.close()
  }

  /** Lost by the kernel, as there was no room in the ring, and by the interface. */
  get dropped(): number {
    if (!this.#closed) this.#ringDrops += this.#socket.takeDrops()
    return this.#ringDrops + this.#interfaceDrops.count
  }

  /** One who shares has a thread of his own, and holds it: those that Node has for waiting are few. */
  async #wait(): Promise<void> {
    if (this.group === null) return this.#socket.wait(PATIENCE)
    this.#socket.waitHere(PATIENCE)
    await new Promise(setImmediate)
  }

  #take(): boolean {
    const octets = this.#blocks.take()
    this.position += octets
    return octets > 0
  }

  /** Waiting is told when the interface goes down; also when it goes altogether. */
  #failure(): WeirError | null {
    if (this.#socket.takeError() === 0) return null
    return this.#exists() ? wentDown(this.name) : disappeared(this.name)
  }

  #exists(): boolean {
    try {
      return this.#socket.interface(this.name).index > 0
    } catch {
      return false
    }
  }
}

/** In one line that says what to do. */
function refusal(name: string, cause: SystemFailure): SourceError {
  switch (cause.name) {
    case 'EPERM':
    case 'EACCES':
      return notPermitted(name, process.execPath, cause)
    case 'ENODEV':
      return noSuchInterface(name, cause)
    case 'ENETDOWN':
      return isDown(name)
    case 'ENOMEM':
      return cannotCapture(name, `the system has no memory for a ring of ${(SHAPE.blockSize * SHAPE.blocks) / 2 ** 20} MB`)
    default:
      return cannotCapture(name, cause.message)
  }
}

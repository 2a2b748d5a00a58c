import type { Packet } from '../../packet/packet.ts'
import { LinkType } from '../../packet/protocol.ts'

/** struct tpacket_block_desc: who has the block, how many packets there are in it, and where the first is. @source Linux, if_packet.h */
const BLOCK_STATUS = 8, BLOCK_PACKETS = 12, BLOCK_FIRST = 16, BLOCK_LENGTH = 20
const OF_KERNEL = 0, OF_USER = 1
/** struct tpacket3_hdr */
const NEXT = 0, SECONDS = 4, NANOSECONDS = 8, CAPTURED = 12, LENGTH = 16, STATUS = 20, FRAME = 24, TAG = 32, TAG_PROTOCOL = 36
const TAG_IS_THERE = 1 << 4, TAG_PROTOCOL_IS_THERE = 1 << 6
/** struct sockaddr_ll behind it */
const PROTOCOL = 50, HARDWARE = 56, DIRECTION = 58, ADDRESS_LENGTH = 59, ADDRESS = 60

const ADDRESSES = 12, VLAN_TAG = 4, VLAN = 0x8100
/** Octets that are written in front of frames; the kernel leaves them where PACKET_RESERVE says so. @unit octets */
export const HEADROOM = 16

export interface RingShape {
  /** @unit octets */
  readonly blockSize: number
  readonly blocks: number
}

/** How the frames of a ring are shown. */
export interface Frames {
  readonly linkType: number
  readonly interfaceId: number
  /** @unit octets */
  readonly snaplen: number
}

/**
 * Blocks of packets that the kernel fills and takes back one after the other (TPACKET_V3), in its memory. Packets are read where they
 * lie. @source Linux, Documentation/networking/packet_mmap.rst
 */
export class RingBlocks {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #words: Uint32Array
  readonly #shape: RingShape
  readonly #frames: Frames
  readonly #cooked: boolean
  #block = 0
  #held = false
  /** Where the next packet's header is. */
  #at = 0
  #left = 0

  constructor(memory: ArrayBuffer, shape: RingShape, frames: Frames) {
    this.#bytes = new Uint8Array(memory)
    this.#view = new DataView(memory)
    this.#words = new Uint32Array(memory)
    this.#shape = shape
    this.#frames = frames
    this.#cooked = frames.linkType === LinkType.LinuxCooked
  }

  /** Take the next block, if the kernel is done with it; the one before must have been given back. @returns its octets, 0 where there is none */
  take(): number {
    const start = this.#block * this.#shape.blockSize
    // the packets were written before the status
    if ((Atomics.load(this.#words, (start + BLOCK_STATUS) / 4) & OF_USER) === 0) return 0
    this.#held = true
    this.#left = this.#words[(start + BLOCK_PACKETS) / 4]
    this.#at = start + this.#words[(start + BLOCK_FIRST) / 4]
    return this.#words[(start + BLOCK_LENGTH) / 4]
  }

  /** Give the block back to the kernel, which writes into it. */
  giveBack(): void {
    if (!this.#held) return
    this.#held = false
    this.#left = 0
    Atomics.store(this.#words, (this.#block * this.#shape.blockSize + BLOCK_STATUS) / 4, OF_KERNEL)
    this.#block = (this.#block + 1) % this.#shape.blocks
  }

  /** Show the next packet of the block. @returns false where there is none */
  next(packet: Packet): boolean {
    if (this.#left === 0) return false
    this.#left--
    const words = this.#words
    const at = this.#at
    const word = at / 4
    this.#at = at + words[word + NEXT / 4]
    // the garbage collector hears of every reference that is stored
    if (packet.view !== this.#view) {
      packet.bytes = this.#bytes
      packet.view = this.#view
    }
    packet.start = at + (words[word + FRAME / 4] & 0xffff)
    packet.capturedLength = words[word + CAPTURED / 4]
    packet.wireLength = words[word + LENGTH / 4]
    packet.seconds = words[word + SECONDS / 4]
    packet.nanoseconds = words[word + NANOSECONDS / 4]
    packet.linkType = this.#frames.linkType
    packet.interfaceId = this.#frames.interfaceId
    if (this.#cooked) this.#cook(packet, at)
    else if ((words[word + STATUS / 4] & TAG_IS_THERE) !== 0 && this.#frames.linkType === LinkType.Ethernet) this.#tag(packet, word)
    return true
  }

  /** Put the outermost VLAN tag back, which the kernel takes out of every frame: the addresses make room for it. */
  #tag(packet: Packet, word: number): void {
    const { start, capturedLength } = packet
    const words = this.#words
    packet.wireLength += VLAN_TAG
    if (capturedLength < ADDRESSES) return
    this.#bytes.copyWithin(start - VLAN_TAG, start, start + ADDRESSES)
    const protocol = (words[word + STATUS / 4] & TAG_PROTOCOL_IS_THERE) === 0 ? VLAN : words[word + TAG_PROTOCOL / 4] & 0xffff
    this.#view.setUint16(start + ADDRESSES - VLAN_TAG, protocol)
    this.#view.setUint16(start + ADDRESSES - 2, words[word + TAG / 4])
    packet.start = start - VLAN_TAG
    this.#capture(packet, VLAN_TAG)
  }

  /** Write the header of a cooked capture in front of what has no link header. @source LINKTYPE_LINUX_SLL */
  #cook(packet: Packet, at: number): void {
    const view = this.#view, bytes = this.#bytes
    const start = packet.start - HEADROOM
    view.setUint16(start, bytes[at + DIRECTION])
    view.setUint16(start + 2, view.getUint16(at + HARDWARE, true))
    view.setUint16(start + 4, bytes[at + ADDRESS_LENGTH])
    bytes.copyWithin(start + 6, at + ADDRESS, at + ADDRESS + 8)
    view.setUint16(start + 14, view.getUint16(at + PROTOCOL))
    packet.start = start
    packet.wireLength += HEADROOM
    this.#capture(packet, HEADROOM)
  }

  #capture(packet: Packet, more: number): void {
    const captured = packet.capturedLength + more
    packet.capturedLength = captured < this.#frames.snaplen ? captured : this.#frames.snaplen
  }
}

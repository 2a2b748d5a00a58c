import { Assembler, Op } from './assembler.ts'
import type { PacketSocket, Program } from './packet-socket.ts'

/** @source Linux, if_packet.h */
const SOL_PACKET = 263, PACKET_FANOUT = 18, PACKET_FANOUT_DATA = 22, PACKET_FANOUT_CBPF = 6, NEW_GROUP = 0x2000

/**
 * Join the sockets that share what an interface gives, each packet to one of them. The socket must be bound.
 * @param group number of the group; null for a new one
 * @param isEthernet frames begin with a header of Ethernet
 * @returns its number
 */
export function join(socket: PacketSocket, group: number | null, isEthernet: boolean): number {
  socket.set(PACKET_FANOUT, (group ?? 0) + ((PACKET_FANOUT_CBPF | (group === null ? NEW_GROUP : 0)) << 16))
  socket.setProgram(SOL_PACKET, PACKET_FANOUT_DATA, byHosts(isEthernet))
  return socket.get(PACKET_FANOUT) & 0xffff
}

/** Where the kernel has what is not in the packet, the network header, and the link header. @source Linux, filter.h: SKF_AD_OFF, SKF_NET_OFF, SKF_LL_OFF */
const PROTOCOL = 0xfffff000, PACKET_TYPE = 0xfffff004, NETWORK = 0xfff00000, LINK = 0xffe00000
/** Of if_packet.h: the packet was sent from here. */
const OUTGOING = 4
const ETHERNET = 14
/** EtherTypes of what is passed over, and how much that is. */
const TAGS = [0x8100, 0x88a8, 0x9100], TAG = 4, PPPOE_SESSION = 0x8864, PPPOE = 8, MPLS = [0x8847, 0x8848], LABEL = 4
const LABELS = 4
/** RFC 792; RFC 4443 */
const ICMP = 1, ICMP_ERRORS = [3, 4, 5, 11, 12], ICMPV6 = 58, ICMPV6_LAST_ERROR = 4, QUOTE = 8
/** Odd numbers whose bits look random. */
const MIX_1 = 0x9e3779b1, MIX_2 = 0x85ebca6b
/** Words of memory. */
const AT = 0, ONE = 1, LAYER = 2, SAVED = 3

/**
 * The program that says who gets a packet: a number made of the two addresses, the same in both directions. It knows what is in front
 * of the IP header, and gives an ICMP error to who has the packet that it quotes. The addresses alone decide, and no ports: so
 * fragments are where their flow is, and so are the two directions of a tunnel whose ports differ.
 */
export function byHosts(isEthernet: boolean): Program {
  const a = new Assembler()
  a.do(Op.LoadWordAt, PACKET_TYPE).jump(Op.JumpIfEqual, OUTGOING, 'sent')
  // what was received begins with the network header; the kernel has passed over one tag, and says so
  a.do(Op.SetX, 0).do(Op.LoadWordAt, PROTOCOL).jump(Op.Jump, 0, 'layers')
  // of what is sent the kernel may have passed over tags and not say so: the frame tells
  a.label('sent')
  if (isEthernet) a.do(Op.SetX, LINK).do(Op.LoadHalf, ETHERNET - 2).do(Op.SetX, LINK + ETHERNET)
  else a.do(Op.SetX, NETWORK).do(Op.LoadWordAt, PROTOCOL)
  a.label('layers')
  for (const turn of [1, 2]) {
    skipUnless(a, TAGS, `untagged ${turn}`)
    a.do(Op.LoadHalf, 2)
    pass(a, TAG)
    a.label(`untagged ${turn}`)
  }
  skipUnless(a, [PPPOE_SESSION], 'no PPPoE')
  pass(a, PPPOE)
  a.label('no PPPoE')
  skipUnless(a, MPLS, 'IP')
  for (let label = 0; label < LABELS; label++) {
    a.do(Op.LoadByte, 2)
    pass(a, LABEL)
    a.jump(Op.JumpIfAnyBit, 1, 'IP')
  }
  a.label('IP')
  version(a, 'four', 'six')
  four(a)
  six(a)
  return a.program()
}

/** IPv4, from X on. */
function four(a: Assembler): void {
  a.label('four').do(Op.StoreXMemory, AT)
  a.do(Op.LoadByte, 9)
  skipUnless(a, [ICMP], 'four itself')
  a.do(Op.LoadHalf, 6).jump(Op.JumpIfAnyBit, 0x1fff, 'four itself')
  // its header may have options
  a.do(Op.LoadByte, 0).do(Op.And, 15).do(Op.ShiftLeft, 2).do(Op.AddX).do(Op.AToX)
  a.do(Op.LoadByte, 0)
  skipUnless(a, ICMP_ERRORS, 'four back')
  pass(a, QUOTE)
  a.jump(Op.Jump, 0, 'four addresses')
  a.label('four back').do(Op.LoadXMemory, AT)
  a.label('four itself').label('four addresses')
  endpoint(a, [12])
  a.do(Op.StoreMemory, ONE)
  endpoint(a, [16])
  together(a)
}

/** IPv6, from X on. */
function six(a: Assembler): void {
  a.label('six').do(Op.StoreXMemory, AT)
  a.do(Op.LoadByte, 6)
  skipUnless(a, [ICMPV6], 'six addresses')
  a.do(Op.LoadByte, 40).jump(Op.JumpIfGreater, ICMPV6_LAST_ERROR, 'six addresses')
  pass(a, 40 + QUOTE)
  a.do(Op.StoreXMemory, AT)
  a.label('six addresses')
  endpoint(a, [8, 12, 16, 20])
  a.do(Op.StoreMemory, ONE)
  endpoint(a, [24, 28, 32, 36])
  together(a)
}

/** Go on at a label unless A is one of some numbers. */
function skipUnless(a: Assembler, numbers: readonly number[], to: string): void {
  for (const number of numbers) a.jump(Op.JumpIfEqual, number, `not ${to}`)
  a.jump(Op.Jump, 0, to).label(`not ${to}`)
}

/** Move X so many octets on; A stays. */
function pass(a: Assembler, octets: number): void {
  a.do(Op.StoreMemory, LAYER).do(Op.XToA).do(Op.Add, octets).do(Op.AToX).do(Op.LoadMemory, LAYER)
}

/** Where X is at an IP header, the version says where to go on; else everything goes to the first. */
function version(a: Assembler, ip4: string, ip6: string): void {
  a.do(Op.LoadByte, 0).do(Op.ShiftRight, 4).jump(Op.JumpIfEqual, 4, ip4).jump(Op.JumpIfEqual, 6, ip6).do(Op.Return, 0)
}

/** A becomes a number made of an address, whose words are so far behind X. */
function endpoint(a: Assembler, words: readonly number[]): void {
  words.forEach((word, k) => {
    a.do(Op.LoadWord, word)
    if (k > 0) a.do(Op.StoreXMemory, AT).do(Op.LoadXMemory, SAVED).do(Op.XorX)
    mixed(a, k > 0)
    if (k < words.length - 1) a.do(Op.StoreMemory, SAVED)
  })
}

/** Mix the bits of A. X is given back where it was put away. */
function mixed(a: Assembler, isAway: boolean): void {
  if (!isAway) a.do(Op.StoreXMemory, AT)
  a.do(Op.Multiply, MIX_1).do(Op.AToX).do(Op.ShiftRight, 15).do(Op.XorX).do(Op.Multiply, MIX_2).do(Op.LoadXMemory, AT)
}

/** The two endpoints together: their sum is the same whichever is the first. */
function together(a: Assembler): void {
  a.do(Op.LoadXMemory, ONE).do(Op.AddX).do(Op.AToX).do(Op.ShiftRight, 16).do(Op.XorX).do(Op.Multiply, MIX_1).do(Op.ShiftRight, 8).do(Op.ReturnA)
}

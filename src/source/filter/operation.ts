/**
 * The operations of classic BPF, as the first 16 bits of an instruction. `A` is the accumulator, `X` the index register, `k` the instruction's
 * constant; `K` and `X` at the end of a name say which of the two is the second operand.
 * @source McCanne and Jacobson, The BSD Packet Filter, 1993; libpcap's pcap/bpf.h for XOR and MOD
 */
export const Operation = {
  // A = four, two or one octets of the frame, at k or at X + k
  LdAbs: 0x20, LdhAbs: 0x28, LdbAbs: 0x30,
  LdInd: 0x40, LdhInd: 0x48, LdbInd: 0x50,
  // A or X = k, M[k], or the frame's length on the wire
  LdImm: 0x00, LdMem: 0x60, LdLen: 0x80,
  LdxImm: 0x01, LdxMem: 0x61, LdxLen: 0x81,
  // X = 4 * (the lower half of the octet at k): the length of an IPv4 header
  LdxMsh: 0xb1,
  // M[k] = A or X
  St: 0x02, Stx: 0x03,
  AddK: 0x04, SubK: 0x14, MulK: 0x24, DivK: 0x34, OrK: 0x44, AndK: 0x54, LshK: 0x64, RshK: 0x74, ModK: 0x94, XorK: 0xa4,
  AddX: 0x0c, SubX: 0x1c, MulX: 0x2c, DivX: 0x3c, OrX: 0x4c, AndX: 0x5c, LshX: 0x6c, RshX: 0x7c, ModX: 0x9c, XorX: 0xac,
  Neg: 0x84,
  // on by k; by jt where A is equal, greater, greater or equal, or has a bit in common, else by jf
  Ja: 0x05,
  JeqK: 0x15, JgtK: 0x25, JgeK: 0x35, JsetK: 0x45,
  JeqX: 0x1d, JgtX: 0x2d, JgeX: 0x3d, JsetX: 0x4d,
  // how many octets of the frame to take: none where it does not pass
  RetK: 0x06, RetA: 0x16,
  Tax: 0x07, Txa: 0x87,
} as const
export type Operation = (typeof Operation)[keyof typeof Operation]

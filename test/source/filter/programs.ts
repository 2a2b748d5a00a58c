import fc from 'fast-check'

import { Operation } from '../../../src/source/filter/operation.ts'
import { type Instruction, WORDS } from '../../../src/source/filter/program.ts'

const { RetA, RetK } = Operation
const constant = fc.oneof(fc.nat(40), fc.constantFrom(0, 1, 0xff, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe), fc.integer({ min: 0, max: 0xffffffff }))

/** What an operation's constant may be, so that libpcap defines what comes of it, and most loads are within frames. */
function constantOf(code: number): fc.Arbitrary<number> {
  switch (code) {
    case Operation.LdAbs: case Operation.LdhAbs: case Operation.LdbAbs: case Operation.LdxMsh: case Operation.LdInd: case Operation.LdhInd: case Operation.LdbInd:
      return fc.oneof({ weight: 20, arbitrary: fc.nat(30) }, { weight: 1, arbitrary: constant })
    case Operation.LdMem: case Operation.LdxMem: case Operation.St: case Operation.Stx:
      return fc.nat(WORDS - 1)
    case Operation.DivK: case Operation.ModK:
      return constant.map((k) => k || 1)
    case Operation.LshK: case Operation.RshK:
      return fc.nat(31)
    case Operation.LdxImm:
      return fc.oneof({ weight: 4, arbitrary: fc.nat(30) }, { weight: 1, arbitrary: constant })
    default:
      return constant
  }
}

/** Any operation but a return, in a random place; jumps are put right when the length is known. */
const inner = fc.constantFrom(...Object.values(Operation).filter((code) => code !== RetA && code !== RetK))
  .chain((code) => fc.record({ code: fc.constant(code), jt: fc.nat(255), jf: fc.nat(255), k: constantOf(code) }))

/** Each word of memory is written before any other instruction: what it would hold else, libpcap leaves open. */
const prologue: Instruction[] = Array.from({ length: WORDS }, (_, k) => ({ code: Operation.St, jt: 0, jf: 0, k }))

/** Sound programs of all operations, which mostly return what they computed. */
export const program: fc.Arbitrary<Instruction[]> = fc.tuple(fc.array(inner, { maxLength: 24 }), fc.oneof({ weight: 4, arbitrary: fc.constant(RetA) }, { weight: 1, arbitrary: fc.constant(RetK) }), constant, fc.boolean())
  .map(([body, ret, k, hasScratch]) => {
    const all = hasScratch ? [...prologue, ...body] : body.filter(({ code }) => code !== Operation.LdMem && code !== Operation.LdxMem)
    const made = [...all, { code: ret, jt: 0, jf: 0, k }]
    return made.map((instruction, at) => {
      const room = made.length - 2 - at
      if ((instruction.code & 7) !== 5 || room < 0) return instruction
      return instruction.code === Operation.Ja ? { ...instruction, k: instruction.k % Math.min(room + 1, 4) } : { ...instruction, jt: instruction.jt % Math.min(room + 1, 6), jf: instruction.jf % Math.min(room + 1, 6) }
    })
  })

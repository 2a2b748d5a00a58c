import { SourceError } from '../../errors.ts'
import { Operation } from './operation.ts'

export interface Instruction {
  readonly code: number
  /** How many instructions to pass over where a condition holds, and where it does not. @range 0-255 */
  readonly jt: number
  readonly jf: number
  /** @range 0-4294967295 */
  readonly k: number
}

/** Words of scratch memory. @source BPF_MEMWORDS */
export const WORDS = 16

const { DivK, Ja, LdMem, LdxMem, ModK, RetA, RetK, St, Stx } = Operation
const KNOWN = new Set<number>(Object.values(Operation))
const CONDITIONS = new Set<number>([Operation.JeqK, Operation.JgtK, Operation.JgeK, Operation.JsetK, Operation.JeqX, Operation.JgtX, Operation.JgeX, Operation.JsetX])
const SCRATCH = new Set<number>([LdMem, LdxMem, St, Stx])

/** A program of classic BPF that is sound: operations are known, jumps and scratch memory are in range, and the last instruction returns. */
export class Program {
  /** Operation, jumps and constant of each instruction. Constants are signed here, and unsigned where they are used. */
  readonly code: Int32Array
  readonly jt: Int32Array
  readonly jf: Int32Array
  readonly k: Int32Array
  readonly scratch = new Int32Array(WORDS)
  readonly usesScratch: boolean

  /** @throws SourceError where it is not sound */
  constructor(instructions: readonly Instruction[]) {
    const { length } = instructions
    if (length === 0) throw unsound(0, 'there is none')
    instructions.forEach((instruction, at) => check(instruction, at, length))
    const { code } = instructions[length - 1]
    if (code !== RetK && code !== RetA) throw unsound(length - 1, 'the last one does not return')
    this.code = Int32Array.from(instructions, (each) => each.code)
    this.jt = Int32Array.from(instructions, (each) => each.jt)
    this.jf = Int32Array.from(instructions, (each) => each.jf)
    this.k = Int32Array.from(instructions, (each) => each.k | 0)
    this.usesScratch = instructions.some((each) => SCRATCH.has(each.code))
  }
}

function check({ code, jt, jf, k }: Instruction, at: number, length: number): void {
  if (!KNOWN.has(code)) throw unsound(at, `operation 0x${code.toString(16)} is not known`)
  if (SCRATCH.has(code) && k >= WORDS) throw unsound(at, `there are ${WORDS} words of memory, and it asks for word ${k}`)
  if ((code === DivK || code === ModK) && k === 0) throw unsound(at, 'it divides by zero')
  // libpcap jumps back for protochain, which goes through a chain of headers
  const furthest = code === Ja ? at + 1 + (k | 0) : CONDITIONS.has(code) ? at + 1 + Math.max(jt, jf) : at
  if (furthest < 0 || furthest >= length) throw unsound(at, 'it jumps out of the program')
}

function unsound(at: number, why: string): SourceError {
  return new SourceError('WEIR_FILTER_COMPILER', `the filter's program is none that weir can run: instruction ${at + 1}: ${why}`)
}

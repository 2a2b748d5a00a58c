import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { Operation } from '../../../src/source/filter/operation.ts'
import { type Instruction, Program } from '../../../src/source/filter/program.ts'
import { run } from '../../../src/source/filter/run.ts'
import { program } from './programs.ts'

const {
  AddK, AddX, AndK, DivK, DivX, Ja, JeqK, JgtK, JgeX, JsetK, LdAbs, LdbAbs, LdbInd, LdhAbs, LdImm, LdInd, LdLen, LdMem, LdxImm, LdxLen, LdxMem, LdxMsh, LshK, LshX, ModK, ModX, MulK, Neg, OrX, RetA, RetK, RshK,
  RshX, St, Stx, SubK, SubX, Tax, Txa, XorK,
} = Operation

type Step = readonly [code: number, k?: number, jt?: number, jf?: number]
const programOf = (...steps: readonly Step[]): Program => new Program(steps.map(([code, k = 0, jt = 0, jf = 0]): Instruction => ({ code, k, jt, jf })))

const FRAME = Uint8Array.of(0x45, 0x80, 0xff, 0x01, 0x02, 0x03)
/** What A holds in the end; the frame was 100 octets on the wire. */
const result = (...steps: readonly Step[]): number => run(programOf(...steps, [RetA]), new DataView(FRAME.buffer), 0, FRAME.length, 100) >>> 0

describe('a program of classic BPF', () => {
  it('loads in network byte order, without a sign', () => {
    expect(result([LdAbs, 1])).toBe(0x80ff0102)
    expect(result([LdhAbs, 1])).toBe(0x80ff)
    expect(result([LdbAbs, 2])).toBe(0xff)
    expect(result([LdxImm, 1], [LdInd, 1])).toBe(0xff010203)
    expect(result([LdxMsh, 0], [Txa])).toBe(20)
  })

  it('knows the length on the wire', () => {
    expect(result([LdLen])).toBe(100)
    expect(result([LdxLen], [Txa])).toBe(100)
  })

  it('does not pass a frame where a load is beyond what was captured, by one octet or by wrapping round', () => {
    const passes = (...steps: readonly Step[]): boolean => run(programOf(...steps, [RetK, 1]), new DataView(FRAME.buffer), 0, FRAME.length, 100) !== 0
    expect([passes([LdAbs, 2]), passes([LdAbs, 3])]).toEqual([true, false])
    expect([passes([LdhAbs, 4]), passes([LdhAbs, 5])]).toEqual([true, false])
    expect([passes([LdbAbs, 5]), passes([LdbAbs, 6]), passes([LdbAbs, 0xffffffff])]).toEqual([true, false, false])
    expect([passes([LdxMsh, 5]), passes([LdxMsh, 6])]).toEqual([true, false])
    expect([passes([LdxImm, 3], [LdbInd, 2]), passes([LdxImm, 3], [LdbInd, 3]), passes([LdxImm, 0xffffffff], [LdbInd, 1])]).toEqual([true, false, false])
  })

  it('computes in 32 bits without a sign', () => {
    expect(result([LdImm, 0xffffffff], [AddK, 2])).toBe(1)
    expect(result([LdImm, 1], [SubK, 2])).toBe(0xffffffff)
    expect(result([LdImm, 0xffffffff], [MulK, 0xffffffff])).toBe(1)
    expect(result([LdImm, 0xfffffffe], [DivK, 2])).toBe(0x7fffffff)
    expect(result([LdImm, 0xffffffff], [ModK, 0x80000000])).toBe(0x7fffffff)
    expect(result([LdImm, 0x80000000], [RshK, 31])).toBe(1)
    expect(result([LdImm, 3], [LshK, 31])).toBe(0x80000000)
    expect(result([LdImm, 1], [Neg])).toBe(0xffffffff)
    expect(result([LdImm, 0xff00ff00], [XorK, 0xffff0000], [AndK, 0x00ffffff])).toBe(0x00ffff00)
    expect(result([LdxImm, 5], [LdImm, 8], [SubX], [AddX], [OrX])).toBe(13)
  })

  it('shifts by 32 and more to 0', () => {
    for (const by of [32, 33, 0x80000000]) {
      for (const shift of [LshX, RshX]) expect(result([LdImm, 0xffffffff], [LdxImm, by], [shift])).toBe(0)
      for (const shift of [LshK, RshK]) expect(result([LdImm, 0xffffffff], [shift, by])).toBe(0)
    }
  })

  it('does not pass a frame where it divides by zero', () => {
    for (const code of [DivX, ModX]) expect(run(programOf([LdxImm, 0], [LdImm, 1], [code], [RetK, 1]), new DataView(FRAME.buffer), 0, 6, 6)).toBe(0)
  })

  it('keeps words in memory, which hold 0 at the beginning of every frame', () => {
    expect(result([LdImm, 7], [St, 15], [LdxImm, 9], [Stx, 0], [LdMem, 0], [LdxMem, 15], [AddX])).toBe(16)
    const leaves = programOf([LdMem, 3], [Tax], [LdImm, 5], [St, 3], [Txa], [RetA])
    const view = new DataView(FRAME.buffer)
    expect([run(leaves, view, 0, 6, 6), run(leaves, view, 0, 6, 6)]).toEqual([0, 0])
  })

  it('compares without a sign, and jumps; also back', () => {
    const branch = (...condition: Step): number => result([LdxImm, 2], [LdImm, 0x80000000], condition, [LdImm, 1], [RetA], [LdImm, 2])
    expect([branch(JeqK, 0x80000000, 2), branch(JgtK, 1, 2), branch(JgtK, 0xffffffff, 0, 2), branch(JgeX, 0, 2), branch(JsetK, 0x80000001, 2), branch(Ja, 2)]).toEqual([2, 2, 2, 2, 2, 2])
    expect([branch(JeqK, 1, 2), branch(JgtK, 0x80000000, 2), branch(JsetK, 1, 2), branch(Ja, 0)]).toEqual([1, 1, 1, 1])
    // doubles A until it is greater than 100
    expect(result([LdImm, 3], [JgtK, 100, 2], [MulK, 2], [Ja, -3 >>> 0])).toBe(192)
  })

  it('reads the frame where it lies in memory', () => {
    expect(run(programOf([LdhAbs, 0], [RetA]), new DataView(FRAME.buffer), 2, 2, 2)).toBe(0xff01)
    expect(run(programOf([LdhAbs, 1], [RetA]), new DataView(FRAME.buffer), 2, 2, 2)).toBe(0)
  })

  it('is refused where it is not sound', () => {
    const refusal = (...steps: readonly Step[]): string => {
      try {
        programOf(...steps)
        return ''
      } catch (error) {
        return (error as Error).message.replace(/^the filter's program is none that weir can run: /, '')
      }
    }
    expect(refusal()).toBe('instruction 1: there is none')
    expect(refusal([LdImm, 1])).toBe('instruction 1: the last one does not return')
    expect(refusal([0xff], [RetA])).toBe('instruction 1: operation 0xff is not known')
    expect(refusal([St, 16], [RetA])).toBe('instruction 1: there are 16 words of memory, and it asks for word 16')
    expect(refusal([DivK, 0], [RetA])).toBe('instruction 1: it divides by zero')
    expect(refusal([LdImm], [JeqK, 0, 1, 0], [RetA])).toBe('instruction 2: it jumps out of the program')
    expect(refusal([Ja, -2 >>> 0], [RetA])).toBe('instruction 1: it jumps out of the program')
    expect(refusal([Ja, 0x7fffffff], [RetA])).toBe('instruction 1: it jumps out of the program')
  })

  it('never reads beyond the frame, and never throws', () => {
    fc.assert(fc.property(program, fc.uint8Array({ maxLength: 64 }), fc.nat(), (instructions, octets, wire) => {
      expect(run(new Program(instructions), new DataView(octets.buffer, octets.byteOffset, octets.length), 0, octets.length, wire)).toEqual(expect.any(Number))
    }), { numRuns: 1000 })
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { captureHeader } from '../../../src/source/filter/compiler.ts'
import { libpcapCompiler } from '../../../src/source/filter/libpcap-compiler.ts'
import { Operation } from '../../../src/source/filter/operation.ts'
import { Program } from '../../../src/source/filter/program.ts'
import { run } from '../../../src/source/filter/run.ts'
import { realCaptures } from '../../metamorphic/captures.ts'
import { expression } from './expressions.ts'
import { builtFrames, change, changed, type Frame } from './frames.ts'
import { type Libpcap, libpcapMatcher } from './libpcap-matcher.ts'
import { program } from './programs.ts'
import { readsUnwritten } from './unwritten.ts'

const libpcap = await libpcapMatcher()
const compile = (await libpcapCompiler())!
const LINK_TYPES = [1, 1, 1, 1, 1, 101, 113, 276, 0, 108, 9, 105, 127]

/** Of real captures a few frames each: every filter sees all of them. */
async function realFrames(): Promise<Frame[]> {
  return (await realCaptures()).flatMap(({ frames }) => frames.slice(0, 8).map(({ bytes, linkType = 1 }) => ({ linkType, octets: bytes.slice() })))
}

const frames = libpcap === null ? [] : [...builtFrames(), ...(await realFrames())]
const ofLinkType = new Map([...new Set(LINK_TYPES)].map((linkType) => [linkType, frames.filter((frame) => frame.linkType === linkType)]))
/** Where the number in front is little-endian, see `filtered-source.ts`. */
const littleEndian = ({ linkType, octets }: Frame): boolean => linkType !== 0 || octets.length < 4 || octets[0] !== 0 || octets[1] !== 0

/** Not at the beginning of its memory, as frames of captures are. */
function weir(made: Program, frame: Uint8Array, wire: number): number {
  const memory = new Uint8Array(frame.length + 20).fill(0xee)
  memory.set(frame, 7)
  return run(made, new DataView(memory.buffer), 7, frame.length, wire) >>> 0
}

/** What of the comparisons was a match: where nothing matches, nothing is shown. */
class Tally {
  filters = 0
  /** Filters that let some of the frames pass, and others not. */
  telling = 0
  frames = 0
  matches = 0
  refused = 0
  /** Programs of which libpcap itself leaves open what they do. */
  unsound = 0

  add(results: readonly number[]): void {
    const matches = results.filter((result) => result !== 0).length
    this.filters++
    this.frames += results.length
    this.matches += matches
    if (matches > 0 && matches < results.length) this.telling++
  }
}

describe.skipIf(libpcap === null)(`frames pass a filter as they pass libpcap's${libpcap === null ? ' (skipped: koffi or libpcap is not installed)' : ''}`, { timeout: 120_000 }, () => {
  const { compile: compileThere, load, isValid } = libpcap ?? ({} as Libpcap)

  it('for generated expressions, on frames of many link layers, whole, cut and changed', () => {
    const tally = new Tally()
    fc.assert(fc.property(expression, fc.constantFrom(...LINK_TYPES), fc.boolean(), fc.array(change, { minLength: 30, maxLength: 30 }), (text, linkType, isLittle, changes) => {
      const here = compile(text, captureHeader(linkType, isLittle))
      const there = compileThere(text, linkType, isLittle)
      if (typeof there === 'string' || typeof here === 'string') {
        tally.refused++
        expect(here).toBe(there)
        return
      }
      if (readsUnwritten(here)) {
        tally.unsound++
        there.free()
        return
      }
      const known = ofLinkType.get(linkType)!.filter((frame) => linkType !== 0 || littleEndian(frame) === isLittle)
      const results: number[] = []
      const compare = (frame: Uint8Array, wire: number): void => {
        const expected = there.run(frame, wire)
        if (weir(here, frame, wire) !== expected) throw new Error(`libpcap says ${expected} of a frame of ${frame.length} octets, ${wire} on the wire: ${Buffer.from(frame).toString('hex')}`)
        results.push(expected)
      }
      for (const { octets } of known) compare(octets, octets.length)
      for (const each of changes) {
        const frame = changed(known[each.which % known.length], each)
        compare(frame, frame.length + each.more)
      }
      there.free()
      tally.add(results)
    }), { numRuns: 3000 })
    expect(tally.filters).toBeGreaterThan(2000)
    expect(tally.matches / tally.frames).toBeGreaterThan(0.2)
    expect(tally.matches / tally.frames).toBeLessThan(0.8)
    expect(tally.telling / tally.filters).toBeGreaterThan(0.5)
  })

  it('for generated programs of all operations', () => {
    const tally = new Tally()
    const seen = new Set<number>()
    fc.assert(fc.property(program, fc.array(change, { minLength: 30, maxLength: 30 }), (instructions, changes) => {
      expect(isValid(instructions)).toBe(true)
      for (const { code } of instructions) seen.add(code)
      const here = new Program(instructions)
      const there = load(instructions)
      tally.add(changes.map((each) => {
        const frame = changed(frames[each.which % frames.length], each)
        const wire = frame.length + each.more
        const expected = there.run(frame, wire)
        if (weir(here, frame, wire) !== expected) throw new Error(`libpcap says ${expected}, weir ${weir(here, frame, wire)} of a frame of ${frame.length} octets, ${wire} on the wire: ${Buffer.from(frame).toString('hex')}`)
        return expected
      }))
    }), { numRuns: 4000 })
    expect(seen.size).toBe(new Set(Object.values(Operation)).size)
    expect(tally.matches / tally.frames).toBeGreaterThan(0.2)
    expect(tally.matches / tally.frames).toBeLessThan(0.8)
  })
})

import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { HookError } from '../../src/errors.ts'
import { HookCaller } from '../../src/observer/hook-caller.ts'
import type { HookList } from '../../src/observer/hook-list.ts'
import { type Runner, runnerOf } from '../../src/observer/hook-runner.ts'

afterEach(() => void vi.unstubAllGlobals())

function noCodeFromStrings(): void {
  vi.stubGlobal('Function', function () { throw new EvalError('Code generation from strings disallowed for this context') })
}

/** A list of hooks that return, or throw, what they are told; each call is noted. */
function listOf(caller: HookCaller, verdicts: readonly unknown[], calls: unknown[][]): { list: HookList; run: Runner } {
  const list = {
    name: 'ip' as const, number: 0, length: verdicts.length, chains: verdicts.map((_, i) => `chain${i}`), views: verdicts.map((_, i) => ({ view: i })),
    calls: verdicts.map((verdict) => (...args: unknown[]) => {
      calls.push(args)
      if (verdict instanceof Error) throw verdict
      return verdict
    }),
  }
  list.number = caller.know(list)
  return { list, run: runnerOf(list, caller) }
}

describe.each([['a function made for the list', (): void => undefined], ['a loop, where no code is made of strings', noCodeFromStrings]])('hooks are run by %s', (_, prepare) => {
  it('is what it says', () => {
    prepare()
    const { run } = listOf(new HookCaller(), [undefined], [])
    expect(/call0\(view0/.test(run.toString())).toBe(prepare !== noCodeFromStrings)
  })

  it('each once, in order, with its view, the header, the direction and the packet; one COMPLETE is enough', () => {
    prepare()
    fc.assert(fc.property(fc.array(fc.constantFrom(undefined, 'complete'), { maxLength: 12 }), fc.boolean(), (verdicts, rev) => {
      const calls: unknown[][] = [], header = {}, packet = { number: 7 }
      const { list, run } = listOf(new HookCaller(), verdicts, calls)
      expect(run(header, rev, packet)).toBe(verdicts.includes('complete'))
      expect(calls.map((args) => args[0])).toEqual(list.views)
      for (const args of calls) expect(args.slice(1)).toEqual([header, rev, packet])
    }))
  })

  it('the first that throws, or returns anything else, ends it, and is known', () => {
    prepare()
    const wrong = fc.oneof(fc.constant(new Error('no')), fc.constantFrom(null, true, false, 'ignore', 0))
    fc.assert(fc.property(fc.array(fc.constantFrom(undefined, 'complete'), { maxLength: 5 }), wrong, (before, verdict) => {
      const caller = new HookCaller(), calls: unknown[][] = []
      const { run } = listOf(caller, [...before, verdict, undefined], calls)
      try {
        run({}, false, { number: 7 })
      } catch (error) {
        caller.fail(error, 7)
      }
      expect(calls.length).toBe(before.length + 1)
      expect(caller.failure).toBeInstanceOf(HookError)
      expect(caller.failure).toMatchObject({ chain: `chain${before.length}`, hook: 'ip', packet: 7 })
    }))
  })
})

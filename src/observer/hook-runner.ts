import type { HookList } from './hook-list.ts'

/** Runs the hooks of a list for a packet. @returns true when a chain completed the flow */
export type Runner = (header: unknown, rev: boolean, packet: { readonly number: number }) => boolean

/** What a runner tells of itself while it runs, and asks. */
export interface Running {
  /** Number of the list whose hooks run, 0 for none. */
  running: number
  /** Which of them. */
  index: number
  /** @returns true for COMPLETE @throws {HookError} for any other verdict */
  completes(verdict: unknown, packetNumber: number): true
}

/**
 * Make the runner of a list: a function of its own, in which each hook is called in a place of its own, because V8 puts a function into its
 * caller only where it is the only one that was ever called there. Measured: with a loop, a run with eleven chains takes 13 % longer, one with two 8 %.
 * Where code may not be made of strings, it is the loop.
 */
export function runnerOf(list: HookList, caller: Running): Runner {
  const { calls, views, number } = list
  try {
    // nothing of the user's is in this text
    const lines = calls.map((_, i) => `
  caller.index = ${i}
  verdict = call${i}(view${i}, header, rev, packet)
  if (verdict !== undefined) complete = caller.completes(verdict, packet.number)`)
    const names = (what: string): string => calls.map((_, i) => `${what}${i}`).join(', ')
    return new Function('caller', 'calls', 'views', `"use strict"
const [${names('call')}] = calls, [${names('view')}] = views
return (header, rev, packet) => {
  let complete = false, verdict
  caller.running = ${number}${lines.join('')}
  caller.running = 0
  return complete
}`)(caller, calls, views) as Runner
  } catch {
    return (header, rev, packet) => {
      let complete = false
      caller.running = number
      for (let i = 0; i < calls.length; i++) {
        caller.index = i
        const verdict = calls[i](views[i], header, rev, packet)
        if (verdict !== undefined) complete = caller.completes(verdict, packet.number)
      }
      caller.running = 0
      return complete
    }
  }
}

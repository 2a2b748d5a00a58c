import { Operation } from '../../../src/source/filter/operation.ts'
import type { Program } from '../../../src/source/filter/program.ts'

const { Ja, LdMem, LdxMem, RetA, RetK, St, Stx } = Operation
const ALL = 0xffff

/**
 * May the program read a word of memory that it has not written? Linux refuses such a program; libpcap makes some (`geneve or vlan`), and
 * in its own interpreter the word is whatever lies on the stack.
 */
export function readsUnwritten({ code, jt, jf, k }: Program): boolean {
  /** Before each instruction: the words that were written on every way to it. */
  const written = Array.from(code, () => ALL)
  written[0] = 0
  const open = [0]
  const reached = new Set<number>()
  let reads = false
  while (open.length > 0) {
    const at = open.pop()!
    reached.add(at)
    const before = written[at]
    if ((code[at] === LdMem || code[at] === LdxMem) && (before & (1 << k[at])) === 0) reads = true
    const after = code[at] === St || code[at] === Stx ? before | (1 << k[at]) : before
    for (const next of followers(at)) {
      const both = written[next] & after
      if (both === written[next] && reached.has(next)) continue
      written[next] = both
      open.push(next)
    }
  }
  return reads

  function followers(at: number): number[] {
    if (code[at] === RetA || code[at] === RetK) return []
    if (code[at] === Ja) return [at + 1 + k[at]]
    return (code[at] & 7) === 5 ? [at + 1 + jt[at], at + 1 + jf[at]] : [at + 1]
  }
}

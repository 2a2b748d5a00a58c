import { COMPLETE, IGNORE, type PacketView } from '../chain/types.ts'
import { HookError } from '../errors.ts'
import type { HookList } from './hook-list.ts'
import type { Running } from './hook-runner.ts'

/** Knows which hook runs, and what its verdict means: an error names its chain and hook. `newFlow` and `end` hooks it calls itself. */
export class HookCaller implements Running {
  /** The first error; after it only `end` hooks run, and what they throw is dropped. */
  failure: HookError | null = null
  private readonly lists: HookList[] = []
  /** Number of the list whose hooks run, 0 for none, and which of them: numbers, because a reference costs more to write. */
  running = 0
  index = 0

  /** Lists must be known before their hooks are called. @returns the list's number */
  know(list: HookList): number {
    return this.lists.push(list)
  }

  /** @returns true, for COMPLETE @throws {HookError} for any other verdict */
  completes(verdict: unknown, packetNumber: number): true {
    if (verdict !== COMPLETE) throw this.wrongVerdict(verdict, packetNumber)
    return true
  }

  /** @returns true when a chain does not want the flow */
  newFlow(list: HookList, header: unknown, rev: boolean, packet: PacketView): boolean {
    let ignore = false
    this.running = list.number
    for (let i = 0; i < list.length; i++) {
      this.index = i
      const verdict = list.calls[i](list.views[i], header, rev, packet)
      if (verdict === undefined) continue
      if (verdict !== IGNORE) throw this.wrongVerdict(verdict, packet.number)
      ignore = true
    }
    this.running = 0
    return ignore
  }

  /** An `end` hook that throws does not keep the record back. */
  end(list: HookList, packetNumber: number): void {
    for (let i = 0; i < list.length; i++) {
      try {
        list.calls[i](list.views[i])
      } catch (error) {
        this.running = list.number
        this.index = i
        this.fail(error, packetNumber)
      }
    }
  }

  /** Keep what a hook threw as the run's failure. What no hook threw is a fault of weir, and is thrown on. */
  fail(error: unknown, packetNumber: number): void {
    if (this.running === 0) throw error
    const list = this.lists[this.running - 1]
    this.running = 0
    if (this.failure !== null) return
    if (error instanceof HookError) {
      this.failure = error
      return
    }
    const at = { chain: list.chains[this.index], hook: list.name, packet: packetNumber }
    const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    this.failure = new HookError('WEIR_HOOK_THREW', `chain '${at.chain}', hook '${at.hook}', packet ${at.packet}: ${said}`, at, { cause: error })
  }

  private wrongVerdict(verdict: unknown, packetNumber: number): HookError {
    const { chains, name } = this.lists[this.running - 1]
    const at = { chain: chains[this.index], hook: name, packet: packetNumber }
    const allowed = name === 'newFlow' ? 'IGNORE' : 'COMPLETE'
    return new HookError('WEIR_HOOK_VERDICT', `chain '${at.chain}', hook '${at.hook}', packet ${at.packet}: it returned ${described(verdict)}: return ${allowed} or nothing`, at)
  }
}

/** A value as a message shows it; user's objects are not asked to describe themselves. */
function described(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  return value === null || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : `a value of type ${typeof value}`
}

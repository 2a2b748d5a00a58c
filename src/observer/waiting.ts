import type { PacketSource } from '../source/source.ts'

/** The longest time of a timer. @unit milliseconds */
export const LONGEST_TIMER = 2 ** 31 - 1

interface Wait {
  readonly resolve: (more: boolean) => void
  readonly reject: (error: unknown) => void
}

/** Waits for a source, but no longer than until the observation is to stop, or somebody has something else for it to do. */
export class Waiting {
  private readonly signal: AbortSignal | undefined
  private readonly until: number
  private readonly timer: ReturnType<typeof setInterval> | undefined
  /** `refill` was called and has not come back. */
  private refilling = false
  /** What it came back with while nobody waited: how to settle the next wait. */
  private settled: ((wait: Wait) => void) | null = null
  private wait: Wait | null = null

  /** @param duration from now on; then the observation is to stop. @unit seconds */
  constructor(signal: AbortSignal | undefined, duration: number) {
    this.signal = signal
    this.until = performance.now() + duration * 1000
    signal?.addEventListener('abort', this.wake)
    if (duration !== Infinity) this.timer = setInterval(this.wake, Math.min(duration * 1000, LONGEST_TIMER))
  }

  /** The observation is to stop: it was aborted, or its time is over. */
  get isOver(): boolean {
    return this.signal?.aborted === true || performance.now() >= this.until
  }

  /** @returns false at the end of the source; true where there may be packets, and where it was woken */
  refill(source: PacketSource): boolean | Promise<boolean> {
    // it never waits for what is still to come
    if (source.stored === true) return source.refill()
    // one promise a refill: a race would make four
    return new Promise((resolve, reject) => {
      this.wait = { resolve, reject }
      if (this.settled !== null) this.settle(this.settled)
      else if (!this.refilling) {
        this.refilling = true
        Promise.resolve(source.refill()).then(this.refilled, this.failed)
      }
    })
  }

  readonly wake = (): void => {
    this.wait?.resolve(true)
    this.wait = null
  }

  end(): void {
    this.signal?.removeEventListener('abort', this.wake)
    clearInterval(this.timer)
  }

  private readonly refilled = (more: boolean): void => {
    this.refilling = false
    this.settle(({ resolve }) => resolve(more))
  }

  private readonly failed = (error: unknown): void => {
    this.refilling = false
    this.settle(({ reject }) => reject(error))
  }

  private settle(how: (wait: Wait) => void): void {
    this.settled = this.wait === null ? how : null
    if (this.wait !== null) how(this.wait)
    this.wait = null
  }
}

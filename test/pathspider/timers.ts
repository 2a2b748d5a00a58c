import type { Form } from './rules.ts'

/** What timers know of a flow. */
export interface Timed {
  state: 'active' | 'expiring' | 'ended'
  seen: number
  completed: number
}

/** When a flow is over. */
export interface Timers<F extends Timed> {
  /** The clock goes to the time of a packet, before that is matched. */
  tick(time: number): void
  /** A packet of an active flow. */
  seen(flow: F): void
  completed(flow: F): void
}

const IDLE = 30, EXPIRY = 5

/** weir's rule, and for completed flows that of 0.9.0, which has no other: strictly more than so long. */
class ExactTimers<F extends Timed> implements Timers<F> {
  private readonly flows: ReadonlySet<F>
  private readonly emit: (flow: F) => void
  private readonly idle: number

  constructor(flows: ReadonlySet<F>, emit: (flow: F) => void, idle: number) {
    this.flows = flows
    this.emit = emit
    this.idle = idle
  }

  tick(time: number): void {
    for (const flow of this.flows) {
      if (flow.state === 'active' ? time - flow.seen > this.idle : time - flow.completed > EXPIRY) this.emit(flow)
    }
  }

  seen(): void {}
  completed(): void {}
}

/** Those of 2.x: a clock of whole seconds, rounded up, and a bin a second of flows that may be idle, and of completed ones. */
class BinTimers<F extends Timed> implements Timers<F> {
  private now = 0
  private readonly idleBins = new Map<F, number>()
  private readonly expiryBins = new Map<F, number>()
  private readonly emit: (flow: F) => void

  constructor(emit: (flow: F) => void) {
    this.emit = emit
  }

  tick(time: number): void {
    const next = Math.ceil(time)
    if (next <= this.now) return
    const start = this.now === 0 ? next : this.now + 1
    for (let second = start; second <= next; second++) {
      for (const [flow, bin] of this.idleBins) if (bin === second) this.complete(flow)
      for (const [flow, bin] of this.expiryBins) {
        if (bin !== second) continue
        this.expiryBins.delete(flow)
        this.emit(flow)
      }
    }
    // not before all bins are done: so an idle flow may get a bin that has passed
    this.now = next
  }

  seen(flow: F): void {
    this.idleBins.set(flow, Math.max(this.idleBins.get(flow) ?? 0, Math.ceil(flow.seen + IDLE)))
  }

  completed(flow: F): void {
    this.complete(flow)
  }

  private complete(flow: F): void {
    flow.state = 'expiring'
    this.idleBins.delete(flow)
    this.expiryBins.set(flow, this.now + EXPIRY)
  }
}

/** @param theirs PATHspider's timers, not weir's */
export function makeTimers<F extends Timed>(form: Form, theirs: boolean, flows: ReadonlySet<F>, emit: (flow: F) => void): Timers<F> {
  if (!theirs) return new ExactTimers(flows, emit, IDLE)
  return form === 'head' ? new BinTimers(emit) : new ExactTimers(flows, emit, Infinity)
}

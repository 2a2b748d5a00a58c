import type { Ledger } from '../index.ts'

/** What is reported of an observation that runs. */
export interface Accounted {
  readonly active: number
  readonly ledger: Ledger
}

/** The ledger on standard error, as a line of JSON: every so often, and at each SIGUSR1. */
export class LedgerReports {
  private readonly report: () => unknown
  private ended = false
  private readonly timer: NodeJS.Timeout | undefined

  /** @param interval in seconds; left out: at SIGUSR1 alone */
  constructor(observed: Accounted, say: (line: string) => unknown, interval: number | undefined) {
    this.report = () => this.ended || say(JSON.stringify({ time: Date.now() / 1000, active: observed.active, ...observed.ledger }))
    if (interval !== undefined) this.timer = setInterval(this.report, interval * 1000).unref()
    // without a listener it lets a debugger in, or, once there was one, ends the process: it is kept
    if (process.platform !== 'win32') process.on('SIGUSR1', this.report)
  }

  end(): void {
    clearInterval(this.timer)
    this.ended = true
  }
}

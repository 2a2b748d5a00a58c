import { clock, grouped, rounded, share } from './figures.ts'

/** What is shown of an observation that runs. */
export interface Observed {
  readonly active: number
  readonly progress: { readonly position: number; readonly size: number | null }
  readonly ledger: { readonly packets: number }
}

/** A terminal, or what does for one. */
export interface Screen {
  write(text: string): unknown
  readonly columns?: number
}

/** @unit milliseconds */
const INTERVAL = 200
const CLEAR = '\r\u001b[K'

/** One line at the foot of the terminal, anew five times a second. */
export class Progress {
  private readonly observed: Observed
  private readonly screen: Screen
  private readonly timer: NodeJS.Timeout
  private readonly started = performance.now()
  private before = this.started
  private packets = 0
  private rate = 0
  private shown = false

  constructor(observed: Observed, screen: Screen) {
    this.observed = observed
    this.screen = screen
    this.timer = setInterval(() => this.draw(performance.now()), INTERVAL)
    this.timer.unref()
  }

  /** Make way for lines that stay. */
  clear(): void {
    if (this.shown) this.screen.write(CLEAR)
    this.shown = false
  }

  end(): void {
    clearInterval(this.timer)
    this.clear()
  }

  private draw(now: number): void {
    const { packets } = this.observed.ledger
    const rate = ((packets - this.packets) / (now - this.before)) * 1000
    // smoothed, so that it can be read
    this.rate = this.rate === 0 ? rate : this.rate * 0.7 + rate * 0.3
    this.packets = packets
    this.before = now
    this.screen.write(CLEAR + progressLine(this.observed, this.rate, (now - this.started) / 1000).slice(0, (this.screen.columns || 80) - 1))
    this.shown = true
  }
}

/** @param rate packets a second @param elapsed seconds */
export function progressLine({ active, progress: { position, size }, ledger: { packets } }: Observed, rate: number, elapsed: number): string {
  const parts = [`${grouped(packets)} packets`, `${rounded(rate)} packets/s`, `${grouped(active)} flows active`]
  if (size !== null && size > 0) {
    const done = Math.min(position, size)
    parts.unshift(share(done, size).padStart(5))
    if (done > 0) parts.push(`${clock((elapsed / done) * (size - done))} left`)
  }
  return parts.join('   ')
}

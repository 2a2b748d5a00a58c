import type { Packet } from '../packet/packet.ts'

/** A step back of more than this re-bases the clock: one bogus stamp in the future must not freeze expiry. @unit seconds */
const STEP_BACK = 60

/**
 * Packet time: the largest timestamp seen. It never reads the machine's clock. Time is two integers, because a double that passes
 * between functions is boxed.
 */
export class PacketClock {
  seconds = 0
  nanoseconds = 0
  /** How often the clock was re-based. */
  rebases = 0
  private started = false

  /**
   * Let the packet's time move the clock; a packet without a stamp takes the clock's.
   * @returns whole seconds that the clock went forward: 0 for most packets, and when it was re-based.
   */
  readonly see = (packet: Packet): number => {
    // compared with true: V8 tests the truth of a field in a dozen instructions, a comparison is one
    if (packet.stamped === true) return this.advance(packet.seconds, packet.nanoseconds)
    packet.seconds = this.seconds
    packet.nanoseconds = this.nanoseconds
    return 0
  }

  /** Move the clock to a time that is later than its own, or so much earlier that it must be re-based. */
  readonly advance = (seconds: number, nanoseconds: number): number => {
    if (seconds !== this.seconds) return this.step(seconds, nanoseconds)
    if (nanoseconds > this.nanoseconds) this.nanoseconds = nanoseconds
    // a clock that has not started is at 0
    if (seconds === 0) this.started = true
    return 0
  }

  /** The time is of another second than the clock's. */
  private readonly step = (seconds: number, nanoseconds: number): number => {
    const step = seconds - this.seconds
    if (step < 0 && (step > -STEP_BACK || (step === -STEP_BACK && nanoseconds >= this.nanoseconds))) return 0
    this.seconds = seconds
    this.nanoseconds = nanoseconds
    const first = !this.started
    this.started = true
    if (step < 0) this.rebases++
    return first || step < 0 ? 0 : step
  }
}

import { closeSync, openSync, readSync } from 'node:fs'

/** What an interface counts that never reached the system; what protocols above it did not want (rx_dropped) was captured. */
const COUNTERS = ['rx_missed_errors', 'rx_fifo_errors']

/** Frames that an interface lost since this was made, as Linux tells it in /sys. */
export class InterfaceDrops {
  readonly #counters: readonly { readonly descriptor: number; readonly before: number }[]
  readonly #text = Buffer.alloc(32)
  #last = 0
  #closed = false

  constructor(name: string) {
    this.#counters = COUNTERS.flatMap((counter) => {
      try {
        const descriptor = openSync(`/sys/class/net/${name}/statistics/${counter}`, 'r')
        return [{ descriptor, before: this.#read(descriptor) }]
      } catch {
        // there is no /sys, or it is of another network namespace
        return []
      }
    })
  }

  /** When it is closed, as it was then. */
  get count(): number {
    if (this.#closed) return this.#last
    try {
      this.#last = this.#counters.reduce((sum, { descriptor, before }) => sum + this.#read(descriptor) - before, 0)
    } catch {
      // the interface is gone
    }
    return this.#last
  }

  close(): void {
    this.#last = this.count
    this.#closed = true
    for (const { descriptor } of this.#counters) closeSync(descriptor)
  }

  #read(descriptor: number): number {
    return Number.parseInt(this.#text.toString('latin1', 0, readSync(descriptor, this.#text, 0, this.#text.length, 0)), 10)
  }
}

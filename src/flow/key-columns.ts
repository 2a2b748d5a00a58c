import { BURST } from '../packet/burst.ts'
import type { FlowKey } from './key.ts'

/** The keys of the packets that are under way together, by column: see `FlowKey`. */
export class KeyColumns {
  readonly source = new Int32Array(BURST)
  readonly destination = new Int32Array(BURST)
  readonly ports = new Int32Array(BURST)
  readonly rest = new Int32Array(BURST)
  readonly hash = new Int32Array(BURST)

  put(i: number, { source, destination, ports, rest, hash }: FlowKey): void {
    this.source[i] = source
    this.destination[i] = destination
    this.ports[i] = ports
    this.rest[i] = rest
    this.hash[i] = hash
  }
}

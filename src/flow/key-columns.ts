import { BURST } from '../packet/burst.ts'

/** What a key is made of, and its hash: see `FlowKey`. */
export interface KeyWords {
  readonly source: number
  readonly destination: number
  readonly ports: number
  readonly rest: number
  readonly hash: number
}

/** The keys of the packets that are under way together, by column. */
export class KeyColumns {
  readonly source = new Int32Array(BURST)
  readonly destination = new Int32Array(BURST)
  readonly ports = new Int32Array(BURST)
  readonly rest = new Int32Array(BURST)
  readonly hash = new Int32Array(BURST)

  put(i: number, { source, destination, ports, rest, hash }: KeyWords): void {
    this.source[i] = source
    this.destination[i] = destination
    this.ports[i] = ports
    this.rest[i] = rest
    this.hash[i] = hash
  }
}

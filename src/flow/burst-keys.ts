import { BURST, type Burst } from '../packet/burst.ts'
import { FAMILY_IPV4, FAMILY_IPV6, FAMILY_SHIFT, type KeyScheme } from './key.ts'

/** The keys of a burst's usual packets, by column: see `FlowKey`. */
export class BurstKeys {
  readonly source = new Int32Array(BURST)
  readonly destination = new Int32Array(BURST)
  readonly ports = new Int32Array(BURST)
  readonly rest = new Int32Array(BURST)
  readonly hash = new Int32Array(BURST)
  private readonly burst: Burst
  private readonly scheme: KeyScheme

  constructor(burst: Burst, scheme: KeyScheme) {
    this.burst = burst
    this.scheme = scheme
  }

  readonly load = (): void => {
    const { burst, scheme } = this
    const { count, ipVersion, protocol, transportOffset } = burst
    const { view } = burst.window
    for (let i = 0; i < count; i++) {
      if (ipVersion[i] === 0) continue
      const transport = transportOffset[i]
      const ports = view.getInt32(transport)
      let source = 0, destination = 0, rest = 0
      if (ipVersion[i] === 4) {
        source = view.getInt32(transport - 8, true)
        destination = view.getInt32(transport - 4, true)
        rest = protocol[i] | (FAMILY_IPV4 << FAMILY_SHIFT)
      } else {
        source = scheme.addressWord(view, transport - 32)
        destination = scheme.addressWord(view, transport - 16)
        rest = protocol[i] | (FAMILY_IPV6 << FAMILY_SHIFT)
      }
      this.source[i] = source
      this.destination[i] = destination
      this.ports[i] = ports
      this.rest[i] = rest
      this.hash[i] = scheme.hash(source, destination, ports, rest)
    }
  }
}

import type { Burst } from '../packet/burst.ts'
import type { KeyColumns } from './key-columns.ts'
import { FAMILY_IPV4, FAMILY_IPV6, FAMILY_SHIFT, type KeyScheme } from './key.ts'

/** Makes the keys of the usual packets that a burst has read. */
export class BurstKeys {
  private readonly burst: Burst
  private readonly scheme: KeyScheme
  private readonly keys: KeyColumns

  constructor(burst: Burst, scheme: KeyScheme, keys: KeyColumns) {
    this.burst = burst
    this.scheme = scheme
    this.keys = keys
  }

  readonly load = (): void => {
    const { burst, scheme, keys } = this
    const { count, ipVersion, protocol, transportOffset } = burst
    const { view } = burst.window
    for (let i = 0; i < count; i++) {
      const version = ipVersion[i]
      if (version === 0) continue
      // addresses stand at the end of both headers
      const transport = transportOffset[i]
      const ports = view.getInt32(transport)
      let source = 0, destination = 0, family = FAMILY_IPV4
      if (version === 4) {
        source = view.getInt32(transport - 8, true)
        destination = view.getInt32(transport - 4, true)
      } else {
        source = scheme.addressWord(view, transport - 32)
        destination = scheme.addressWord(view, transport - 16)
        family = FAMILY_IPV6
      }
      const rest = protocol[i] | (family << FAMILY_SHIFT)
      keys.source[i] = source
      keys.destination[i] = destination
      keys.ports[i] = ports
      keys.rest[i] = rest
      keys.hash[i] = scheme.hash(source, destination, ports, rest)
    }
  }
}

import type { Burst } from '../packet/burst.ts'
import type { PacketSource } from './source.ts'

/** A source that can give a few packets at once. */
export interface BurstSource extends PacketSource {
  /**
   * Let the burst read packets that are in memory, at most `wanted`.
   * @returns false where it cannot read what is there: `next` is called instead
   */
  fillBurst(burst: Burst, wanted: number): boolean
}

export function givesBursts(source: PacketSource): source is BurstSource {
  return 'fillBurst' in source
}

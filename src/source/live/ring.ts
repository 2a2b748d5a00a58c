import { SourceError } from '../../errors.ts'
import type { PacketSource } from '../source.ts'
import type { LiveOptions } from './options.ts'

/** Capture through a ring that is mapped into memory. */
export async function openRing(name: string, _options: LiveOptions): Promise<PacketSource> {
  throw new SourceError('WEIR_SOURCE_LIVE', `ring:${name}: the ring is not there yet: use int:${name}`)
}

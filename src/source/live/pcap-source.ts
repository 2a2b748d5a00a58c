import { SourceError } from '../../errors.ts'
import type { PacketSource } from '../source.ts'
import type { LiveOptions } from './options.ts'

/** Capture through libpcap. */
export async function openPcap(name: string, _options: LiveOptions): Promise<PacketSource> {
  throw new SourceError('WEIR_SOURCE_LIVE', `int:${name}: live capture is not there yet; use: tcpdump -U -w - -i ${name} | weir observe -`)
}

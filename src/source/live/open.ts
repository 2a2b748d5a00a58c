import { SourceError } from '../../errors.ts'
import type { Scheme } from '../schemes.ts'
import type { PacketSource } from '../source.ts'
import type { LiveOptions } from './options.ts'
import { openPcap } from './pcap-source.ts'
import { openRing } from './ring.ts'

/** Begin to capture on an interface. @throws SourceError @throws {OptionError} for a filter that cannot be compiled */
export async function openLive(scheme: Scheme, name: string, options: LiveOptions): Promise<PacketSource> {
  if (name === '') throw new SourceError('WEIR_SOURCE_OPEN', `'${scheme.name}:' names no interface: 'weir sources' lists them`)
  return scheme.name === 'ring' ? openRing(name, options) : openPcap(name, options)
}

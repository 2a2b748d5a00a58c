import { SourceError } from '../../errors.ts'
import { loadLibpcap } from '../libpcap.ts'
import type { Scheme } from '../schemes.ts'
import type { PacketSource } from '../source.ts'
import type { LiveOptions } from './options.ts'
import { pcapCalls } from './pcap-calls.ts'
import { PcapCapture } from './pcap-source.ts'
import { openRing } from './ring.ts'
import { System } from './system.ts'
import { openTcpdump } from './tcpdump-source.ts'

/** Begin to capture on an interface. @throws SourceError @throws {OptionError} for a filter that cannot be compiled */
export async function openLive(scheme: Scheme, name: string, options: LiveOptions): Promise<PacketSource> {
  if (name === '') throw new SourceError('WEIR_SOURCE_OPEN', `'${scheme.name}:' names no interface: 'weir sources' lists them`)
  if (scheme.name === 'ring') return openRing(name, options)
  const libpcap = await loadLibpcap()
  const calls = libpcap === null ? null : pcapCalls(libpcap)
  return libpcap === null || calls === null ? openTcpdump(name, options) : new PcapCapture(calls, new System(libpcap.koffi), name, options)
}

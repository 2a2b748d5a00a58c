import { existsSync } from 'node:fs'

import { CaptureError, SourceError } from '../errors.ts'
import { MemoryReader, PeekedReader, type ByteReader } from './byte-reader.ts'
import { formatOf, MAGIC_LENGTH, unsupported } from './format.ts'
import { GzipReader } from './gzip-reader.ts'
import { InterfaceNumbers } from './interface-numbers.ts'
import { openFile, openStdin } from './open-file.ts'
import { PCAP_HEADER, PcapSource } from './pcap.ts'
import { PcapngSource } from './pcapng.ts'
import { ReadAhead } from './read-ahead.ts'
import type { PacketSource } from './source.ts'
import { FILE_SCHEMES, parseUri } from './uri.ts'

export interface SourceOptions {
  /** Octets to read at a time. @unit octets @range 1-16777216 */
  chunkSize?: number
  /** Numbers for the interfaces; sources of one observation share them. */
  interfaces?: InterfaceNumbers
}

/**
 * Open a capture: by a path, by `-` (standard input), by a libtrace URI such as `pcapfile:trace.pcap.gz`, or from memory.
 * Its format and its compression are told by its first octets.
 * @throws SourceError
 */
export async function openSource(from: string | Uint8Array, options: SourceOptions = {}): Promise<PacketSource> {
  if (typeof from !== 'string') return openReader('memory', new MemoryReader(from), options)
  const path = pathOf(from)
  return openReader(path, await (path === '-' ? openStdin() : openFile(path)), options)
}

/** Open a capture that `reader` reads; the reader is closed with the source, and where there is none. @throws SourceError */
export async function openReader(name: string, reader: ByteReader, options: SourceOptions = {}): Promise<PacketSource> {
  try {
    const stored = await PeekedReader.peek(reader, MAGIC_LENGTH)
    if (formatOf(stored.head) !== 'gzip') return sourceOf(name, reader, stored, options)
    const gzip = new GzipReader(name, stored)
    return sourceOf(name, gzip, await PeekedReader.peek(gzip, MAGIC_LENGTH), options)
  } catch (error) {
    await reader.close()
    // Nothing of the capture was read: it cannot be opened, rather than is cut
    if (error instanceof CaptureError) throw new SourceError('WEIR_SOURCE_FORMAT', error.message, { cause: error })
    throw error
  }
}

/** The path that a URI names; `-` is standard input. @throws SourceError for a scheme that is not known. */
export function pathOf(uri: string): string {
  const parsed = parseUri(uri)
  if (parsed.path === '') throw new SourceError('WEIR_SOURCE_OPEN', `'${uri}' names no file`)
  if (parsed.kind === 'unknown' && !existsSync(parsed.path)) {
    throw new SourceError('WEIR_SOURCE_SCHEME', `${uri}: there is no scheme '${parsed.scheme}:', and no such file; schemes are ${FILE_SCHEMES.map(s => `${s}:`).join(', ')}`)
  }
  return parsed.path
}

function sourceOf(name: string, reader: ByteReader, peeked: PeekedReader, { chunkSize, interfaces = new InterfaceNumbers() }: SourceOptions): PacketSource {
  const { head } = peeked
  switch (formatOf(head)) {
    case 'pcap':
      if (head.length < PCAP_HEADER) throw tooShort(name, head)
      return new PcapSource(name, head, new ReadAhead(reader, chunkSize, PCAP_HEADER), interfaces)
    case 'pcapng':
      if (head.length < PCAP_HEADER) throw tooShort(name, head)
      return new PcapngSource(name, new ReadAhead(peeked, chunkSize), interfaces)
    case 'gzip':
      throw new SourceError('WEIR_SOURCE_FORMAT', `${name}: is compressed with gzip twice: decompress it once`)
    case null:
      if (head.length < 4) throw tooShort(name, head)
      throw new SourceError('WEIR_SOURCE_FORMAT', `${name}: ${unsupported(head) ?? 'is no capture that weir knows'}; pcap and pcapng, plain or with gzip, are supported`)
  }
}

function tooShort(name: string, head: Uint8Array): SourceError {
  return new SourceError('WEIR_SOURCE_FORMAT', head.length === 0 ? `${name}: is empty` : `${name}: has ${head.length} octets, which is less than a capture's header`)
}

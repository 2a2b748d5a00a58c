import { existsSync } from 'node:fs'

import { CaptureError, SourceError } from '../errors.ts'
import { MemoryReader, PeekedReader, type ByteReader } from './byte-reader.ts'
import { compressionOf } from './compression.ts'
import { ERF_HEADER, ErfSource } from './erf.ts'
import type { Filter } from './filter/filter.ts'
import { type Format, formatOf, MAGIC_LENGTH, unsupported } from './format.ts'
import { InterfaceNumbers } from './interface-numbers.ts'
import { isInterface } from './live/interfaces.ts'
import { LONGEST_SNAPLEN } from './live/options.ts'
import { openFile, openStdin } from './open-file.ts'
import { PCAP_HEADER, PcapSource } from './pcap.ts'
import { PcapngSource } from './pcapng.ts'
import { ReadWindow } from './read-window.ts'
import { type Scheme, schemeOf, SCHEMES } from './schemes.ts'
import { SNOOP_HEADER, SnoopSource } from './snoop.ts'
import type { PacketSource } from './source.ts'
import { TshSource } from './tsh.ts'
import { parseUri } from './uri.ts'
import { type OctetStream, WebReader } from './web-reader.ts'

/** What captures are read from: a URI, octets in memory, or octets that come. */
export type CaptureInput = string | Uint8Array | OctetStream

export interface SourceOptions {
  /** Octets to read at a time. @unit octets @range 1-16777216 */
  chunkSize?: number
  /** Numbers for the interfaces; sources of one observation share them. */
  interfaces?: InterfaceNumbers
  /** False: decompress with what weir brings, also where the system has a program for it. */
  tools?: boolean
  /** Which packets to read. */
  filter?: Filter
  /** What a URI's scheme says of the capture. */
  scheme?: Scheme | null
  /** Of what is captured live: octets of a frame. @unit octets @range 1-262144; default 262144 */
  snaplen?: number | undefined
  /** Of what is captured live: also frames that are for others. Default: true. */
  promiscuous?: boolean | undefined
}

/**
 * Open a capture: by a path, by `-` (standard input), by a libtrace URI such as `pcapfile:trace.pcap.gz`, or from memory.
 * Its format and its compression are told by its first octets.
 * @throws SourceError @throws OptionError where the filter does not fit
 */
export async function openSource(from: CaptureInput, options: SourceOptions = {}): Promise<PacketSource> {
  const live = liveOf(from)
  // there the kernel filters
  if (live !== null) return capture(live, options)
  const source = await openCapture(from, options)
  // what few captures need is loaded for them
  return options.filter === undefined ? source : (await import('./filter/filtered-source.ts')).filtered(source, options.filter)
}

async function openCapture(from: CaptureInput, options: SourceOptions): Promise<PacketSource> {
  if (from instanceof Uint8Array) return openReader('memory', new MemoryReader(from), options)
  if (typeof from !== 'string') return openReader('stream', new WebReader('stream', from), options)
  const { scheme } = parseUri(from)
  const path = pathOf(from)
  return openReader(path, await (path === '-' ? openStdin() : openFile(path)), { ...options, scheme })
}

/** Open a capture that `reader` reads; the reader is closed with the source, and where there is none. @throws SourceError */
export async function openReader(name: string, reader: ByteReader, options: SourceOptions = {}): Promise<PacketSource> {
  let inner = reader
  try {
    const stored = await PeekedReader.peek(reader, MAGIC_LENGTH)
    const compression = options.scheme?.isRaw === true ? null : compressionOf(stored.head)
    if (compression === null) return sourceOf(name, reader, stored, options)
    const { decompress } = await import('./decompress.ts')
    inner = await decompress(name, compression, stored, options.tools)
    return sourceOf(name, inner, await PeekedReader.peek(inner, MAGIC_LENGTH), options)
  } catch (error) {
    await inner.close()
    // Nothing of the capture was read: it cannot be opened, rather than is cut
    if (error instanceof CaptureError) throw new SourceError('WEIR_SOURCE_FORMAT', error.message, { cause: error })
    throw error
  }
}

/** The path that a URI names; `-` is standard input. @throws SourceError for a scheme that is not known, or not read. */
export function pathOf(uri: string): string {
  const { scheme, body, unknown } = parseUri(uri)
  if (body === '') throw new SourceError('WEIR_SOURCE_OPEN', `'${uri}' names no file`)
  if (scheme?.kind === 'none' && !existsSync(uri)) {
    const { name, doc, instead = '' } = scheme
    const what = /^[\w.:@-]+$/.test(body) ? instead.replace('INTERFACE', body).replace('URI', body) : instead
    throw new SourceError('WEIR_SOURCE_SCHEME', `${uri}: ${name}: is ${doc}, which weir does not read: ${what}`)
  }
  if (unknown !== null && !existsSync(uri)) {
    const known = SCHEMES.filter(({ kind }) => kind !== 'none').map(({ name }) => `${name}:`).join(', ')
    throw new SourceError('WEIR_SOURCE_SCHEME', `${uri}: there is no scheme '${unknown}:', and no such file; schemes are ${known}`)
  }
  return scheme === null || scheme.kind === 'file' ? body : uri
}

/** The interface that a URI names; of a name alone, an interface of the system wins over a file. Null where it names none. */
export function liveOf(uri: CaptureInput): { scheme: Scheme; name: string } | null {
  if (typeof uri !== 'string') return null
  const { scheme, body, unknown } = parseUri(uri)
  if (scheme?.kind === 'live') return { scheme, name: body }
  return scheme === null && unknown === null && isInterface(body) ? { scheme: schemeOf('int')!, name: body } : null
}

/** What captures is loaded only when there is something to capture. */
async function capture({ scheme, name }: { scheme: Scheme; name: string }, options: SourceOptions): Promise<PacketSource> {
  const { openLive } = await import('./live/open.ts')
  const { snaplen = LONGEST_SNAPLEN, promiscuous = true, filter, interfaces = new InterfaceNumbers() } = options
  return openLive(scheme, name, { snaplen, promiscuous, filter: filter?.expression ?? null, interfaces })
}

function sourceOf(name: string, reader: ByteReader, peeked: PeekedReader, { chunkSize, scheme, interfaces = new InterfaceNumbers() }: SourceOptions): PacketSource {
  const { head } = peeked
  const format: Format | null = scheme?.format === 'tsh' ? 'tsh' : (formatOf(head) ?? scheme?.format ?? null)
  switch (format) {
    case 'pcap':
      if (head.length < PCAP_HEADER) throw tooShort(name, head)
      return new PcapSource(name, head, new ReadWindow(reader, chunkSize, PCAP_HEADER), interfaces)
    case 'pcapng':
      if (head.length < PCAP_HEADER) throw tooShort(name, head)
      return new PcapngSource(name, new ReadWindow(peeked, chunkSize), interfaces)
    case 'snoop':
      if (head.length < SNOOP_HEADER) throw tooShort(name, head)
      return new SnoopSource(name, head, new ReadWindow(peeked, chunkSize), interfaces)
    case 'erf':
      if (head.length < ERF_HEADER) throw tooShort(name, head)
      return new ErfSource(name, new ReadWindow(peeked, chunkSize), interfaces)
    case 'tsh':
      if (head.length === 0) throw tooShort(name, head)
      return new TshSource(name, new ReadWindow(peeked, chunkSize), interfaces)
    case null:
      throw notKnown(name, reader, head)
  }
}

function notKnown(name: string, reader: ByteReader, head: Uint8Array): SourceError {
  if (head.length < 4) return tooShort(name, head)
  const compression = compressionOf(head)
  if (compression !== null) {
    const what = reader.compressed ? `with ${compression} within another compression: decompress it once` : `with ${compression}, which rawerf: does not look into: use erf:`
    return new SourceError('WEIR_SOURCE_FORMAT', `${name}: is compressed ${what}`)
  }
  return new SourceError('WEIR_SOURCE_FORMAT', `${name}: ${unsupported(head) ?? 'is no capture that weir knows'}; pcap, pcapng, ERF and snoop are, plain or compressed with gzip, zstd, xz, bzip2 or lz4`)
}

function tooShort(name: string, head: Uint8Array): SourceError {
  return new SourceError('WEIR_SOURCE_FORMAT', head.length === 0 ? `${name}: is empty` : `${name}: has ${head.length} octets, which is less than a capture's header`)
}

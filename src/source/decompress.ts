import type { ByteReader } from './byte-reader.ts'
import type { Compression } from './compression.ts'
import { DecodedReader } from './decoded-reader.ts'
import { type Decoded, decoderOf } from './decoders.ts'
import { GzipReader } from './gzip-reader.ts'
import { findTool, ToolReader } from './tool-reader.ts'

/** Programs that decompress standard input to standard output. They run on a processor of their own, and are faster than what npm has. */
export const TOOLS: Readonly<Record<Decoded, readonly string[]>> = {
  zstd: ['-dcq', '--no-progress', '--memory=2048MB'],
  xz: ['-dc', '-T0'],
  bzip2: ['-dc'],
  lz4: ['-dcq'],
}

/** What is smaller is decompressed here: a thread takes longer to start. @unit octets */
const SMALL = 1 << 20

/**
 * What a compressed reader holds. gzip is decompressed by zlib, on another thread; the rest by a program of the system, where there is
 * one and `tools` is not false, and else by what weir brings, on another thread, too.
 */
export async function decompress(name: string, compression: Compression, reader: ByteReader, tools = true): Promise<ByteReader> {
  if (compression === 'gzip') return new GzipReader(name, reader)
  const tool = tools ? await findTool(compression) : null
  if (tool !== null) return new ToolReader(name, compression, tool, TOOLS[compression], reader)
  const decoder = reader.size !== null && reader.size < SMALL ? await decoderOf(compression) : (await import('./decoder-thread.ts')).onThread(compression)
  return new DecodedReader(name, compression, reader, decoder)
}

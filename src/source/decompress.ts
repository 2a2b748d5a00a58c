import type { ByteReader } from './byte-reader.ts'
import type { Compression } from './compression.ts'
import { type Decoder, DecodedReader } from './decoded-reader.ts'
import { GzipReader } from './gzip-reader.ts'
import { findTool, ToolReader } from './tool-reader.ts'

/** Programs that decompress standard input to standard output. They run on a processor of their own, and are faster than what npm has. */
export const TOOLS: Readonly<Record<Exclude<Compression, 'gzip'>, readonly string[]>> = {
  zstd: ['-dcq', '--no-progress', '--memory=2048MB'],
  xz: ['-dc', '-T0'],
  bzip2: ['-dc'],
  lz4: ['-dcq'],
}

/**
 * What a compressed reader holds. gzip is decompressed by zlib, on another thread; the rest by a program of the system, where there is
 * one and `tools` is not false, and else here.
 */
export async function decompress(name: string, compression: Compression, reader: ByteReader, tools = true): Promise<ByteReader> {
  if (compression === 'gzip') return new GzipReader(name, reader)
  const tool = tools ? await findTool(compression) : null
  if (tool !== null) return new ToolReader(name, compression, tool, TOOLS[compression], reader)
  return new DecodedReader(name, compression, reader, await decoderOf(compression))
}

/** Each is loaded when it is used. */
async function decoderOf(compression: Exclude<Compression, 'gzip'>): Promise<Decoder> {
  switch (compression) {
    case 'zstd':
      return (await import('./zstd.ts')).decodeZstd
    case 'xz':
      return (await import('./xz.ts')).decodeXz
    case 'bzip2':
      return (await import('./bzip2.ts')).decodeBzip2
    case 'lz4':
      return (await import('./lz4.ts')).decodeLz4
  }
}

import type { Compression } from './compression.ts'
import type { Decoder } from './decoded-reader.ts'

/** What weir decompresses itself, where the system has no program for it. */
export type Decoded = Exclude<Compression, 'gzip'>

/** Each is loaded when it is used. */
export async function decoderOf(compression: Decoded): Promise<Decoder> {
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

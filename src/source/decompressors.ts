import { type Compression, COMPRESSIONS } from './compression.ts'

/** What decompresses each kind: a program of the system, or zlib; null where weir does it itself. */
export async function decompressors(): Promise<{ readonly name: Compression; readonly by: string | null }[]> {
  const { findTool } = await import('./tool-reader.ts')
  return Promise.all(COMPRESSIONS.map(async name => ({ name, by: name === 'gzip' ? 'zlib' : await findTool(name) })))
}

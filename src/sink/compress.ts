import { once } from 'node:events'
import { createRequire } from 'node:module'
import { extname } from 'node:path'
import type { Transform } from 'node:stream'

import { OptionError } from '../errors.ts'
import type { ByteTarget } from './target.ts'

/** Loads at the first use what few need, and takes some milliseconds. */
const require = createRequire(import.meta.url)

/** `createZstdCompress`: in node 22.15 and 23.8, but in no version before. */
const zlib = (): typeof import('node:zlib') & { createZstdCompress?: () => Transform } => require('node:zlib') as typeof import('node:zlib')

/** What makes a compressor; undefined where this version of node has none. */
const COMPRESSORS: Record<string, () => (() => Transform) | undefined> = {
  '.gz': () => () => zlib().createGzip({ level: 6, chunkSize: 1 << 16 }),
  '.zst': () => zlib().createZstdCompress,
}

/**
 * The extension that says how a file is compressed, as it stands in the name; '' for none.
 * @throws OptionError where this version of node cannot compress so
 */
export function compressionOf(path: string): string {
  const extension = extname(path)
  const kind = extension.toLowerCase()
  if (!Object.hasOwn(COMPRESSORS, kind)) return ''
  if (COMPRESSORS[kind]() !== undefined) return extension
  throw new OptionError('WEIR_OPTION_FORMAT', `${path}: Node.js ${process.versions.node} cannot compress with zstd, 22.15 and later can: use .gz, or write to - and through zstd`)
}

/** Put a compressor before a target where the path's extension says so. It works on another thread. */
export function compressed(path: string, target: ByteTarget): ByteTarget {
  const make = COMPRESSORS[compressionOf(path).toLowerCase()]?.()
  return make === undefined ? target : new Compressed(target, make())
}

class Compressed implements ByteTarget {
  readonly holdsBack = true
  private readonly target: ByteTarget
  private readonly stream: Transform
  private readonly moved: Promise<void>

  constructor(target: ByteTarget, stream: Transform) {
    this.target = target
    this.stream = stream
    this.moved = this.move()
    // told to each write, and to close
    this.moved.catch(() => undefined)
  }

  async write(bytes: Uint8Array): Promise<void> {
    const taken = new Promise<void>((resolve, reject) => this.stream.write(bytes, (error) => (error ? reject(error) : resolve())))
    taken.catch(() => undefined)
    // where the target fails, the compressor waits for ever
    await Promise.race([taken, this.moved.then(() => taken)])
  }

  async close(): Promise<void> {
    try {
      if (!this.stream.destroyed) this.stream.end()
      await this.moved
    } finally {
      await this.target.close()
    }
  }

  /** Hand on what the compressor gives, no faster than the target takes it. */
  private async move(): Promise<void> {
    for await (const piece of this.stream) await this.target.write(piece as Uint8Array)
    if (!this.stream.closed) await once(this.stream, 'close')
  }
}

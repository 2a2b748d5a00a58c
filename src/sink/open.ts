import { fstat } from 'node:fs'
import { access, constants, realpath, stat } from 'node:fs/promises'
import { promisify } from 'node:util'

import type { SinkError } from '../errors.ts'
import { compressed, compressionOf } from './compress.ts'
import { Descriptor, sinkError } from './descriptor.ts'
import { Part, putNew } from './part.ts'
import { Pipe } from './pipe.ts'
import type { ByteTarget } from './target.ts'

const statDescriptor = promisify(fstat)

/**
 * Open a place for octets: a path, or `-` for standard output. A file is written beside its place and moved there when it is closed
 * whole, so that a reader never sees half of it; what is no regular file (a pipe, a device) is written directly. A
 * name that ends in .gz or .zst is compressed.
 * @throws SinkError @throws OptionError where this version of node cannot compress so
 */
export async function openTarget(path: string): Promise<ByteTarget> {
  // shows before the file is there
  compressionOf(path)
  return compressed(path, await openPlace(path))
}

/**
 * Open a file that is not there yet, likewise. One that came to be in the meantime is left as it is.
 * @param counted is told how many octets are written, as the file has them
 * @throws SinkError
 */
export async function openNew(path: string, counted: (octets: number) => void): Promise<ByteTarget> {
  try {
    return compressed(path, counting(await WholeFile.open(path, new Part(path, { put: putNew }), 0o666), counted))
  } catch (error) {
    throw sinkError('WEIR_SINK_OPEN', `cannot write to ${path}`, error)
  }
}

function counting(target: ByteTarget, counted: (octets: number) => void): ByteTarget {
  return {
    write(bytes) {
      counted(bytes.length)
      return target.write(bytes)
    },
    close: () => target.close(),
  }
}

async function openPlace(path: string): Promise<ByteTarget> {
  try {
    if (path === '-' || path === '/dev/stdout') return await openStdout('standard output')
    const place = await placeOf(path)
    if (place.isFifo) return await Pipe.open(path)
    return place.isRegular ? await WholeFile.open(path, new Part(place.path), place.mode) : await Descriptor.open(path, path, 'w')
  } catch (error) {
    throw sinkError('WEIR_SINK_OPEN', `cannot write to ${path}`, error)
  }
}

/** Standard output may be a file, a terminal, a pipe or a socket. */
async function openStdout(name: string): Promise<ByteTarget> {
  const stats = await statDescriptor(1)
  return stats.isFIFO() || stats.isSocket() ? Pipe.stdout(name) : new Descriptor(1, name)
}

export interface Place {
  /** Where links lead. */
  readonly path: string
  readonly isRegular: boolean
  readonly isFifo: boolean
  readonly mode: number
}

/** What is at a path. */
export async function placeOf(path: string): Promise<Place> {
  try {
    const real = await realpath(path)
    const stats = await stat(real)
    // /dev/fd/3 may be a file that somebody else has open: no other may be put in its place
    const isRegular = stats.isFile() && !/^\/(dev\/(fd\/|std)|proc\/)/.test(path)
    if (isRegular) await access(real, constants.W_OK)
    return { path: real, isRegular, isFifo: stats.isFIFO(), mode: stats.mode & 0o777 }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return { path, isRegular: !path.endsWith('/'), isFifo: false, mode: 0o666 }
  }
}

/** A file that is there once it is whole. */
class WholeFile implements ByteTarget {
  private readonly name: string
  private readonly part: Part
  private readonly file: Descriptor
  private whole = true

  private constructor(name: string, part: Part, file: Descriptor) {
    this.name = name
    this.part = part
    this.file = file
  }

  static async open(name: string, part: Part, mode: number): Promise<WholeFile> {
    try {
      return new WholeFile(name, part, await Descriptor.open(name, part.path, 'wx', mode))
    } catch (error) {
      await part.end()
      throw error
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.file.write(bytes)
    } catch (error) {
      throw this.giveUp(error)
    }
  }

  async close(): Promise<void> {
    try {
      await this.file.close()
      if (this.whole) await this.part.keep()
    } catch (error) {
      throw this.giveUp(error)
    } finally {
      await this.part.end()
    }
  }

  /** The file is given up, and with it what was written of it. */
  private giveUp(error: unknown): SinkError {
    this.whole = false
    const told = sinkError('WEIR_SINK_WRITE', `cannot write ${this.name}`, error)
    told.removed = true
    return told
  }
}

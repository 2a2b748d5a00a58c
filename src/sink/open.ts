import { randomBytes } from 'node:crypto'
import { fstat, rmSync } from 'node:fs'
import { access, constants, link, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

import type { SinkError } from '../errors.ts'
import { compressed, compressionOf } from './compress.ts'
import { Descriptor, sinkError } from './descriptor.ts'
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
    return compressed(path, counting(await WholeFile.open(path, path, 0o666, putNew), counted))
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
    return place.isRegular ? await WholeFile.open(path, place.path, place.mode, rename) : await Descriptor.open(path, path, 'w')
  } catch (error) {
    throw sinkError('WEIR_SINK_OPEN', `cannot write to ${path}`, error)
  }
}

/** Standard output may be a file, a terminal, a pipe or a socket. */
async function openStdout(name: string): Promise<ByteTarget> {
  const stats = await statDescriptor(1)
  return stats.isFIFO() || stats.isSocket() ? Pipe.stdout(name) : new Descriptor(1, name)
}

interface Place {
  /** Where links lead. */
  readonly path: string
  readonly isRegular: boolean
  readonly isFifo: boolean
  readonly mode: number
}

async function placeOf(path: string): Promise<Place> {
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

/** Moves a file. */
type Put = (from: string, to: string) => Promise<void>

/** Move a file to a place where there is none. rename(2) would write over one, link(2) does not. */
async function putNew(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error
    // a file system without links
    await rename(from, to)
    return
  }
  await rm(from)
}

/** A file that is there once it is whole. */
class WholeFile implements ByteTarget {
  private readonly name: string
  private readonly place: string
  private readonly part: string
  private readonly file: Descriptor
  private readonly put: Put
  private whole = true
  /** For a process that ends without closing it. */
  private readonly remove = (): void => rmSync(this.part, { force: true })

  private constructor(name: string, place: string, part: string, file: Descriptor, put: Put) {
    this.name = name
    this.place = place
    this.part = part
    this.file = file
    this.put = put
    process.once('exit', this.remove)
  }

  /** @param put moves it to its place */
  static async open(name: string, place: string, mode: number, put: Put): Promise<WholeFile> {
    const part = join(dirname(place), `.weir-${randomBytes(6).toString('hex')}.part`)
    return new WholeFile(name, place, part, await Descriptor.open(name, part, 'wx', mode), put)
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
      if (this.whole) await this.put(this.part, this.place)
    } catch (error) {
      throw this.giveUp(error)
    } finally {
      process.removeListener('exit', this.remove)
      if (!this.whole) await rm(this.part, { force: true })
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

import { close, constants, createReadStream, fstat, open, stat, type Stats } from 'node:fs'
import { promisify } from 'node:util'

import { SourceError } from '../errors.ts'
import type { ByteReader } from './byte-reader.ts'
import { FileReader } from './file-reader.ts'
import { StreamReader } from './stream-reader.ts'

const openDescriptor = promisify(open)
const closeDescriptor = promisify(close)
const statDescriptor = promisify(fstat)
const statPath = promisify(stat)

const STDIN = 0

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
}

/** @throws SourceError */
export async function openFile(path: string): Promise<ByteReader> {
  let descriptor
  try {
    // A named pipe that nobody writes would hold the open, and one of libuv's four threads: neither could be ended
    const flags = (await statPath(path)).isFIFO() ? constants.O_RDONLY | constants.O_NONBLOCK : constants.O_RDONLY
    descriptor = await openDescriptor(path, flags)
  } catch (cause) {
    throw cannotOpen(path, cause)
  }
  try {
    return await readerOf(path, descriptor, await statDescriptor(descriptor))
  } catch (error) {
    await closeDescriptor(descriptor)
    throw error
  }
}

/** @throws SourceError */
export async function openStdin(): Promise<ByteReader> {
  let stats
  try {
    stats = await statDescriptor(STDIN)
  } catch (cause) {
    throw cannotOpen('-', cause)
  }
  if (stats.isFile()) return new FileReader('-', STDIN, stats.size, true)
  // in a worker, process.stdin is no pipe, and does not read the descriptor
  const isPipe = stats.isFIFO() && process.stdin instanceof (await import('node:net')).Socket
  return new StreamReader('-', process.stdin, isPipe ? STDIN : null)
}

async function readerOf(path: string, descriptor: number, stats: Stats): Promise<ByteReader> {
  if (stats.isDirectory()) throw new SourceError('WEIR_SOURCE_OPEN', `${path}: cannot be opened: it is a directory`)
  if (stats.isFile()) return new FileReader(path, descriptor, stats.size)
  if (!stats.isFIFO()) return new StreamReader(path, createReadStream(path, { fd: descriptor }))
  // A read of an empty pipe would hold one of libuv's four threads, and could not be ended
  const { Socket } = await import('node:net')
  return new StreamReader(path, new Socket({ fd: descriptor, readable: true, writable: false }), descriptor)
}

function cannotOpen(path: string, cause: unknown): SourceError {
  const { code, message } = cause as NodeJS.ErrnoException
  return new SourceError('WEIR_SOURCE_OPEN', `${path}: cannot be opened: ${REASONS[code ?? ''] ?? message}`, { cause })
}

import { close, open, write } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { getSystemErrorMap, promisify } from 'node:util'

import { SinkError } from '../errors.ts'
import type { ByteTarget } from './target.ts'

const openFile = promisify(open), writeSome = promisify(write), closeFile = promisify(close)

/** An open file or device, written by a thread of node's pool. */
export class Descriptor implements ByteTarget {
  private readonly fd: number
  private readonly name: string

  constructor(fd: number, name: string) {
    this.fd = fd
    this.name = name
  }

  static async open(name: string, path: string, flags: string, mode?: number): Promise<Descriptor> {
    return new Descriptor(await openFile(path, flags, mode), name)
  }

  async write(bytes: Uint8Array): Promise<void> {
    let done = 0
    while (done < bytes.length) {
      try {
        done += (await writeSome(this.fd, bytes, done, bytes.length - done)).bytesWritten
      } catch (error) {
        // of a terminal that another process made non-blocking
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw sinkError('WEIR_SINK_WRITE', `cannot write ${this.name}`, error)
        await wait(5)
      }
    }
  }

  async close(): Promise<void> {
    // standard output is not ours to close
    if (this.fd > 2) await closeFile(this.fd)
  }
}

/** What to do about it, by error of the system. */
const ADVICE: Record<string, string> = {
  ENOENT: 'make its directory first',
  ENOTDIR: 'a part of its path is no directory',
  EISDIR: 'name a file in it',
  EEXIST: 'name another place',
  EACCES: 'choose a place that may be written to',
  EPERM: 'choose a place that may be written to',
  EROFS: 'choose a place that may be written to',
  ENOSPC: 'free some space there, or write elsewhere',
  EDQUOT: 'free some space there, or write elsewhere',
  EFBIG: 'write elsewhere, or in parts',
}

/** An error of the system, in words; a SinkError as it is. */
export function sinkError(code: string, what: string, error: unknown): SinkError {
  if (error instanceof SinkError) return error
  const { code: name = '', errno = 0, message } = error as NodeJS.ErrnoException
  const [, words] = getSystemErrorMap().get(errno) ?? []
  const advice = ADVICE[name]
  return new SinkError(code, `${what}: ${words === undefined ? message : `${words} (${name})`}${advice === undefined ? '' : `: ${advice}`}`, { cause: error })
}

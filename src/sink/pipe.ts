import { constants, open } from 'node:fs'
import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'

import { SinkError } from '../errors.ts'
import { sinkError } from './descriptor.ts'
import type { ByteTarget } from './target.ts'

const openFile = promisify(open)

/**
 * A pipe or a socket, written without blocking. A write to a full one by a thread of node's pool could not be ended: `process.exit`
 * waits for these threads.
 */
export class Pipe implements ByteTarget {
  private readonly socket: Pick<Socket, 'write' | 'end' | 'on' | 'off'>
  private readonly name: string
  private readonly isOurs: boolean

  private constructor(name: string, socket: Pick<Socket, 'write' | 'end' | 'on' | 'off'>, isOurs: boolean) {
    this.name = name
    this.socket = socket
    this.isOurs = isOurs
    // what goes wrong is told to each write
    socket.on('error', ignore)
  }

  static stdout(name: string): Pipe {
    return new Pipe(name, process.stdout, false)
  }

  /** Open a named pipe, waiting for its reader. */
  static async open(path: string): Promise<Pipe> {
    const { Socket } = await import('node:net')
    for (;;) {
      const fd = await openFile(path, constants.O_WRONLY | constants.O_NONBLOCK).catch(whereNobodyReads)
      if (fd !== null) return new Pipe(path, new Socket({ fd, readable: false, writable: true }), true)
      await wait(20)
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.write(bytes, (error) => (error ? reject(this.failure(error)) : resolve()))
    })
  }

  close(): Promise<void> {
    if (this.isOurs) return new Promise((resolve) => this.socket.end(() => resolve()))
    this.socket.off('error', ignore)
    return Promise.resolve()
  }

  private failure(error: NodeJS.ErrnoException): SinkError {
    if (error.code === 'EPIPE' || error.code === 'ECONNRESET') return new SinkError('WEIR_SINK_CLOSED', `${this.name}: its reader went away`, { cause: error })
    return sinkError('WEIR_SINK_WRITE', `cannot write ${this.name}`, error)
  }
}

function ignore(): void {}

/** open(2): ENXIO for a named pipe that no process has open for reading. */
function whereNobodyReads(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENXIO') return null
  throw error
}

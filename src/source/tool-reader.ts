import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'

import { SourceError } from '../errors.ts'
import type { ByteReader } from './byte-reader.ts'
import { corrupt, cutShort, piecesOf } from './decoded-reader.ts'
import { StreamReader } from './stream-reader.ts'

/** Where a program is; null where it is not in the path. */
export async function findTool(name: string): Promise<string | null> {
  const file = process.platform === 'win32' ? `${name}.exe` : name
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    // an empty entry is the working directory: nothing is started from there
    if (folder === '') continue
    try {
      await access(join(folder, file), constants.X_OK)
      return join(folder, file)
    } catch {
      // not here
    }
  }
  return null
}

/** What these programs say of octets that end too early. */
const CUT = /unexpected end|premature end|ends unexpectedly|unfinished stream|truncated|read error|cannot read|unable to read|error 68/i
/** What bzip2 says where it takes the rest for no bzip2 and leaves it, with an exit status of 0; lz4 likewise. */
const LEFT_OUT = /trailing garbage|undecodable data/i
/** Of what a program says, as much is kept. */
const SAID = 4096

/** How old the position in a file may be. @unit milliseconds */
const AGE = 100

/**
 * What a reader holds, decompressed by a program of the system. How that ends is what its exit status says. A file is read by the program
 * itself: its octets need not go through this process (measured: half the time).
 */
export class ToolReader implements ByteReader {
  readonly compressed = true
  readonly #name: string
  readonly #how: string
  readonly #reader: ByteReader
  readonly #tool: ChildProcess
  readonly #output: StreamReader
  readonly #exit: Promise<string>
  #failure: unknown = null
  #said = ''
  /** The file that the program reads, where it reads one: we see how far it came. */
  readonly #file: number | null
  #position = 0
  #seen = 0
  #closed = false
  #done = false

  constructor(name: string, how: string, path: string, parameters: readonly string[], reader: ByteReader) {
    this.#name = name
    this.#how = how
    this.#reader = reader
    this.#file = reader.path === undefined ? null : openSync(reader.path, 'r')
    const tool = spawn(path, parameters, { stdio: [this.#file ?? 'pipe', 'pipe', 'pipe'], windowsHide: true })
    this.#tool = tool
    this.#output = new StreamReader(name, tool.stdout!, descriptorOf(tool.stdout!))
    tool.stderr!.setEncoding('utf8').on('data', (text: string) => (this.#said = (this.#said + text).slice(0, SAID)))
    this.#exit = new Promise(resolve => {
      tool.on('error', error => resolve(error.message))
      // after all that it wrote has been read
      tool.on('close', (status, signal) => resolve(status === 0 ? '' : `exit status ${status ?? signal}`))
    })
    if (tool.stdin === null) return
    // It may end before it has read all: its exit status says why
    tool.stdin.on('error', () => undefined)
    void this.#feed(tool.stdin)
  }

  read(target: Uint8Array): number | Promise<number> {
    const octets = this.#output.read(target)
    return typeof octets === 'number' && octets > 0 ? octets : this.#wait(octets)
  }

  async #wait(reading: number | Promise<number>): Promise<number> {
    const octets = await reading
    if (octets > 0 || this.#closed || this.#done) return octets
    this.#done = true
    const status = await this.#exit
    if (this.#closed) return 0
    if (this.#failure !== null) throw this.#failure
    const said = this.#said.trim().split('\n').at(-1) ?? ''
    if (status === '' && !LEFT_OUT.test(this.#said)) return 0
    const cause = new Error(said === '' ? status : said)
    throw CUT.test(this.#said) ? cutShort(this.#name, this.#how, this.#output.position, cause) : corrupt(this.#name, this.#how, this.#output.position, cause)
  }

  rewind(): boolean {
    return false
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#tool.kill()
    await this.#output.close()
    await this.#reader.close()
    await this.#exit
    if (this.#file !== null) closeSync(this.#file)
  }

  get position(): number {
    if (this.#file === null) return this.#reader.position
    const now = performance.now()
    if (!this.#closed && !this.#done && now - this.#seen > AGE) {
      this.#seen = now
      this.#position = positionIn(this.#file)
    }
    return this.#done ? (this.#reader.size ?? this.#position) : this.#position
  }

  get size(): number | null {
    return this.#reader.size
  }

  get stored(): boolean {
    return this.#reader.stored
  }

  async #feed(stdin: Writable): Promise<void> {
    try {
      for await (const piece of piecesOf(this.#reader)) {
        if (this.#closed || stdin.destroyed) return
        await new Promise<void>(written => stdin.write(piece, () => written()))
      }
      stdin.end()
    } catch (error) {
      this.#failure = error instanceof Error ? error : new SourceError('WEIR_SOURCE_READ', String(error))
      this.#tool.kill()
    }
  }
}

/** Node does not document how a stream's descriptor is found. Without it reading is slower, and nothing else. */
function descriptorOf(stream: Readable): number | null {
  const { fd = -1 } = (stream as Readable & { _handle?: { fd?: number } | null })._handle ?? {}
  return fd >= 0 ? fd : null
}

/** Where a file that another process reads, too, stands; 0 where the system does not tell. */
function positionIn(file: number): number {
  try {
    return Number(/^pos:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${file}`, 'latin1'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

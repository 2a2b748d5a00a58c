import { type ChildProcessByStdio, spawn } from 'node:child_process'
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

/** What a reader holds, decompressed by a program of the system. How that ends is what its exit status says. */
export class ToolReader implements ByteReader {
  readonly compressed = true
  readonly #name: string
  readonly #how: string
  readonly #reader: ByteReader
  readonly #tool: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #output: StreamReader
  readonly #exit: Promise<string>
  #failure: unknown = null
  #said = ''
  #closed = false
  #done = false

  constructor(name: string, how: string, path: string, parameters: readonly string[], reader: ByteReader) {
    this.#name = name
    this.#how = how
    this.#reader = reader
    const tool = spawn(path, parameters, { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true })
    this.#tool = tool
    this.#output = new StreamReader(name, tool.stdout)
    tool.stderr.setEncoding('utf8').on('data', (text: string) => (this.#said = (this.#said + text).slice(0, SAID)))
    this.#exit = new Promise(resolve => {
      tool.on('error', error => resolve(error.message))
      // after all that it wrote has been read
      tool.on('close', (status, signal) => resolve(status === 0 ? '' : `exit status ${status ?? signal}`))
    })
    // It may end before it has read all: its exit status says why
    tool.stdin.on('error', () => undefined)
    void this.#feed(tool.stdin)
  }

  async read(target: Uint8Array): Promise<number> {
    const octets = await this.#output.read(target)
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
  }

  get position(): number {
    return this.#reader.position
  }

  get size(): number | null {
    return this.#reader.size
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

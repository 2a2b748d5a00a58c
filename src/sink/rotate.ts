import { access, constants, lstat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'

import { OptionError, SinkError } from '../errors.ts'
import type { Ledger } from '../ledger.ts'
import type { Batch, Schema, TimeColumn } from '../schema/schema.ts'
import { compressionOf } from './compress.ts'
import { sinkError } from './descriptor.ts'
import { isCollector } from './ipfix-collector.ts'
import { openNew } from './open.ts'
import type { Sink } from './sink.ts'
import { slice } from './slice.ts'
import type { ByteTarget } from './target.ts'

/** When the next part begins. */
export interface Rotation {
  /** Of the packets' time; parts begin at whole multiples of it. */
  readonly seconds?: number | undefined
  /** As the file has them; a part ends with the batch of records that reaches so many. */
  readonly octets?: number | undefined
  readonly records?: number | undefined
}

/**
 * A sink that writes numbered parts beside one another, with the time in their names: `flows.csv.gz` becomes
 * `flows-20261124T160000Z-0001.csv.gz` and so on. A file that is there already is not written over: its number is passed over. Each is whole by itself. A part is made when its first record comes.
 * @param path of a file
 * @param make makes the sink of a part
 * @throws OptionError where the path is that of no file
 */
export function rotate(path: string, make: (target: ByteTarget) => Sink, rotation: Rotation): Sink {
  return sinkOf(path, async (name, counted) => make(await openNew(name, counted)), rotation)
}

/**
 * The same for sinks that open their files themselves; how large those are is not known.
 * @param make makes the sink of the part that has this path
 * @throws OptionError where the path is that of no file, and for parts by size
 */
export function rotatePaths(path: string, make: (path: string) => Sink, rotation: Rotation): Sink {
  if (rotation.octets !== undefined) throw new OptionError('WEIR_OPTION_VALUE', `how large ${path} is, weir does not know while it is written: rotate it by time or by number of records`)
  return sinkOf(path, async (name) => make(name), rotation)
}

/** Makes the sink of a part. `counted` is told how many octets are written. */
type Make = (name: string, counted: (octets: number) => void) => Promise<Sink>

function sinkOf(path: string, make: Make, rotation: Rotation): Sink {
  if (path === '-' || isCollector(path)) throw new OptionError('WEIR_OPTION_VALUE', `${path === '-' ? 'standard output' : path} has no parts to rotate: name a file`)
  const parts = new Parts(path, make, rotation)
  return {
    open: (schema, ledger) => parts.open(schema, ledger),
    write: (batch) => parts.write(batch),
    close: () => parts.close(),
  }
}

class Parts {
  private readonly path: string
  private readonly make: Make
  private readonly rotation: Rotation
  private schema: Schema = { columns: [] }
  private ledger: Ledger | undefined
  private current: Sink | null = null
  private number = 0
  private records = 0
  private octets = 0
  /** Records in parts that are whole. */
  private before = 0
  /** The largest `last` so far: records leave in the order in which they end, nearly. */
  private clock = 0
  /** Time at which the current part ends. */
  private until = Infinity

  constructor(path: string, make: Make, rotation: Rotation) {
    this.path = path
    this.make = make
    this.rotation = rotation
  }

  /** Parts are opened later; what can be told now is. */
  async open(schema: Schema, ledger?: Ledger): Promise<void> {
    this.schema = schema
    this.ledger = ledger
    compressionOf(this.path)
    try {
      await access(dirname(this.path), constants.W_OK)
    } catch (error) {
      throw sinkError('WEIR_SINK_OPEN', `cannot write to ${this.path}`, error)
    }
  }

  async write(batch: Batch): Promise<void> {
    const last = batch.columns.find((column): column is TimeColumn => column.kind === 'time' && column.name === 'last')
    const room = this.rotation.records ?? Infinity
    let from = 0
    for (let i = 0; i < batch.length; i++) {
      if (last !== undefined) this.clock = Math.max(this.clock, last.data[last.offset + i * last.stride])
      const isFull = this.records + i - from >= room || this.clock >= this.until
      if (this.current !== null && !isFull) continue
      await this.hand(batch, from, i)
      await this.begin()
      from = i
    }
    await this.hand(batch, from, batch.length)
    if (this.octets >= (this.rotation.octets ?? Infinity)) await this.close()
  }

  async close(): Promise<void> {
    const { current } = this
    this.current = null
    if (current === null) return
    await this.counting(() => current.close())
    this.before += this.records
  }

  private async hand(batch: Batch, from: number, to: number): Promise<void> {
    if (this.current === null || from === to) return
    this.records += to - from
    const { current } = this
    await this.counting(() => current.write(slice(batch, from, to)))
  }

  private async begin(): Promise<void> {
    await this.close()
    const { seconds } = this.rotation
    const start = seconds === undefined ? this.clock : Math.floor(this.clock / seconds) * seconds
    if (seconds !== undefined) this.until = start + seconds
    this.records = this.octets = 0
    await this.counting(async () => {
      const sink = await this.make(await this.freeName(start), (octets) => { this.octets += octets })
      await sink.open(this.schema, this.ledger)
      this.current = sink
    })
  }

  /** The next number whose name no file has: it may be a source, or a part of another run. */
  private async freeName(start: number): Promise<string> {
    for (;;) {
      const name = nameOf(this.path, start, ++this.number)
      if (!(await isThere(name))) return name
    }
  }

  /** What fails is one part: those before it are whole. */
  private async counting(does: () => void | Promise<void>): Promise<void> {
    try {
      await does()
    } catch (error) {
      if (error instanceof SinkError && (error.removed || error.code === 'WEIR_SINK_OPEN')) {
        error.records = this.before
        error.removed = false
      } else if (error instanceof SinkError && error.records !== null) error.records += this.before
      throw error
    }
  }
}

/** Whether something has the name, be it a link that leads nowhere. */
async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw sinkError('WEIR_SINK_OPEN', `cannot write to ${path}`, error)
  }
}

function nameOf(path: string, seconds: number, number: number): string {
  const compression = compressionOf(path)
  const plain = basename(path, compression)
  const extension = extname(plain)
  const time = `${new Date(seconds * 1000).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
  return join(dirname(path), `${basename(plain, extension)}-${time}-${String(number).padStart(4, '0')}${extension}${compression}`)
}

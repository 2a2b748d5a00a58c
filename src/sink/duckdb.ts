import { stat } from 'node:fs/promises'
import { constants } from 'node:os'

import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'

import { OptionError, SinkError } from '../errors.ts'
import type { Batch, Schema } from '../schema/schema.ts'
import { compressionOf } from './compress.ts'
import { Descriptor, sinkError } from './descriptor.ts'
import { named, prepareTable, quoted } from './duckdb-table.ts'
import { Gathered } from './gathered.ts'
import { placeOf } from './open.ts'
import { GROUP } from './parquet.ts'
import { Part } from './part.ts'
import { loadPeer } from './peer.ts'
import type { Sink } from './sink.ts'
import type { ByteTarget } from './target.ts'

export interface DuckdbOptions {
  /** Name of the table: `flows`. */
  readonly table?: string | undefined
}

/**
 * DuckDB takes most of the machine's memory and all its processors if it is let. Records come in order and need little: measured, 128 MB are enough
 * for 73 columns, and not for 153.
 */
function settings({ columns }: Schema): Record<string, string> {
  return { memory_limit: `${256 + 2 * columns.length}MB`, threads: '1' }
}

/** Endings of files on their way into the table: one is read while the next is written. */
const PIECES = ['.1.parquet', '.2.parquet']

/**
 * A sink that writes a table of a DuckDB database. The table is made of the schema; one that is there with the same columns is appended
 * to, all or nothing. It needs the package @duckdb/node-api.
 * @param to path of a file
 * @throws OptionError for what is no path of a file
 */
export function duckdb(to: string | ByteTarget, { table = 'flows' }: DuckdbOptions = {}): Sink {
  if (typeof to !== 'string' || to === '-') throw new OptionError('WEIR_OPTION_VALUE', `a DuckDB database cannot be written to ${to === '-' ? 'standard output' : 'a target of octets'}: name a file`)
  if (compressionOf(to) !== '') throw new OptionError('WEIR_OPTION_VALUE', `${to}: a DuckDB database cannot be compressed: leave ${compressionOf(to)} away`)
  let database: Database | null = null
  return {
    async open(schema: Schema) {
      database = await Database.open(to, table, schema)
    },
    async write(batch: Batch) {
      if (database === null) throw new TypeError('a sink is opened before it is written to')
      await database.write(batch)
    },
    async close() {
      await database?.close()
      database = null
    },
  }
}

/** What is open. */
interface Opened {
  readonly path: string
  readonly table: string
  readonly instance: DuckDBInstance
  readonly connection: DuckDBConnection
  /** Name of the file until it is whole, where there was none; and of what is on its way into the table. */
  readonly part: Part
  readonly isNew: boolean
}

class Database {
  private readonly opened: Opened
  private readonly schema: Schema
  private readonly gathered: Gathered
  private turn = 0
  private inserting: Promise<unknown> = Promise.resolve()
  private failure: SinkError | null = null

  private constructor(opened: Opened, schema: Schema) {
    this.opened = opened
    this.schema = schema
    this.gathered = new Gathered(schema, GROUP)
  }

  static async open(path: string, table: string, schema: Schema): Promise<Database> {
    const { DuckDBInstance } = await loadPeer('@duckdb/node-api', 'DuckDB', () => import('@duckdb/node-api'))
    let part: Part | null = null
    try {
      const place = await placeOf(path)
      if (!place.isRegular) throw new SinkError('WEIR_SINK_OPEN', `cannot write to ${path}: a DuckDB database is a file, and this is none: name a file`)
      const isNew = await isEmpty(place.path)
      part = new Part(place.path, { beside: ['.wal', '.tmp', ...PIECES] })
      const instance = await DuckDBInstance.create(isNew ? part.path : place.path, settings(schema))
      try {
        const connection = await instance.connect()
        await connection.run('BEGIN TRANSACTION')
        await prepareTable(connection, table, schema, path)
        return new Database({ path, table, instance, connection, part, isNew }, schema)
      } catch (error) {
        instance.closeSync()
        throw error
      }
    } catch (error) {
      await part?.end()
      throw sinkError('WEIR_SINK_OPEN', `cannot write to ${path}`, ofSystem(error))
    }
  }

  async write(batch: Batch): Promise<void> {
    for (let i = 0; i < batch.length;) {
      i = this.gathered.add(batch, i)
      if (this.gathered.length === GROUP) await this.insert()
    }
  }

  async close(): Promise<void> {
    const { connection, instance, part, isNew } = this.opened
    try {
      if (this.failure === null) await this.insert()
      await this.attempt(() => this.inserting)
      await this.attempt(() => connection.run('COMMIT'))
      // all of it must be in the file when that is moved, and nothing in a log beside it
      await this.attempt(() => connection.run('CHECKPOINT'))
    } finally {
      try {
        // what is not committed is rolled back
        connection.closeSync()
        instance.closeSync()
        if (isNew && this.failure === null) await this.attempt(() => part.keep())
      } finally {
        await part.end()
      }
    }
  }

  /** Hand what is gathered to DuckDB: as a file of Parquet, which it reads on its own threads while the next is gathered. */
  private async insert(): Promise<void> {
    if (this.gathered.length === 0) return
    const { connection, part, path, table } = this.opened
    const piece = part.path + PIECES[this.turn++ % 2]
    await this.attempt(async () => {
      await writePiece(await Descriptor.open(path, piece, 'w'), this.schema, this.gathered)
      this.gathered.clear()
      await this.inserting
    })
    this.inserting = connection.run(`INSERT INTO ${named(table)} FROM read_parquet(${quoted(piece)})`)
    // told to who waits for it next
    this.inserting.catch(() => undefined)
  }

  /** What fails first ends it: none of all records is in the table then. */
  private async attempt(does: () => Promise<unknown>): Promise<void> {
    if (this.failure !== null) throw this.failure
    try {
      await does()
    } catch (error) {
      const { path, isNew } = this.opened
      this.failure = sinkError('WEIR_SINK_WRITE', `cannot write ${path}`, ofSystem(error))
      this.failure.records = isNew ? null : 0
      this.failure.removed = isNew
      throw this.failure
    }
  }
}

async function writePiece(target: ByteTarget, schema: Schema, gathered: Gathered): Promise<void> {
  const { ParquetFile } = await import('./parquet-file.ts')
  const file = new ParquetFile(target, schema)
  try {
    await file.begin()
    await file.add(gathered)
    await file.end()
  } finally {
    await file.close()
  }
}

async function isEmpty(path: string): Promise<boolean> {
  try {
    return (await stat(path)).size === 0
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true
    throw error
  }
}

/** DuckDB says in words what the system said. */
function ofSystem(error: unknown): unknown {
  return error instanceof Error && /no space left on device/i.test(error.message) ? Object.assign(error, { code: 'ENOSPC', errno: -constants.errno.ENOSPC }) : error
}

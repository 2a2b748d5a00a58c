import { rmSync } from 'node:fs'
import { link, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export interface PartOptions {
  /** Moves the file to its place. */
  readonly put?: (from: string, to: string) => Promise<void>
  /** Endings of what may come to lie beside it under the same name, and goes in the end. */
  readonly beside?: readonly string[]
}

/** A name beside a place, for a file that is moved there when it is whole. */
export class Part {
  readonly path: string
  private readonly place: string
  private readonly options: PartOptions
  /** For a process that ends before. */
  private readonly removeNow = (): void => this.all().forEach((path) => rmSync(path, { force: true, recursive: true }))

  constructor(place: string, options: PartOptions = {}) {
    this.place = place
    this.path = join(dirname(place), `.weir-${crypto.randomUUID()}.part`)
    this.options = options
    process.once('exit', this.removeNow)
  }

  /** Move the file to its place. */
  async keep(): Promise<void> {
    await (this.options.put ?? rename)(this.path, this.place)
  }

  /** Remove what was not kept. */
  async end(): Promise<void> {
    process.removeListener('exit', this.removeNow)
    for (const path of this.all()) await rm(path, { force: true, recursive: true })
  }

  private all(): string[] {
    return ['', ...(this.options.beside ?? [])].map((ending) => this.path + ending)
  }
}

/** Move a file to a place where there is none. rename(2) would write over one, link(2) does not. */
export async function putNew(from: string, to: string): Promise<void> {
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

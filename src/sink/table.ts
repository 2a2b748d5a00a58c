import type { Batch, Column, ColumnInfo, Schema } from '../schema/schema.ts'
import { Blocks } from './blocks.ts'
import { openTarget } from './open.ts'
import type { Sink } from './sink.ts'
import type { ByteTarget } from './target.ts'
import { valueWriter, type Syntax } from './value-writer.ts'

export interface TableOptions {
  /** Characters of a line; columns that do not fit are left away, and named at the end. By default that of the terminal, and no limit elsewhere. */
  readonly width?: number | undefined
}

const GAP = '  ', NOTHING = '-'
const encoder = new TextEncoder()

/** Words as they are; what would look like two columns, or like none, as JSON has it. */
const SYNTAX: Syntax = {
  nothing: 0, quotes: 0, listQuotes: 0, unitMax: 6,
  text: (bytes, at, value) => at + encoder.encodeInto(/^-?$|[\s"\p{Cc}\p{Cf}\p{Cs}]/u.test(value) ? JSON.stringify(value) : value, bytes.subarray(at)).written,
}

/**
 * A sink for people: aligned columns under a line of names, numbers to the right, `-` for null. Widths are those of the first records;
 * where later ones need more, the names are written again.
 * @param to a path, `-` for standard output, or a target of your own
 */
export function table(to: string | ByteTarget, { width = terminalWidth(to) }: TableOptions = {}): Sink {
  let blocks: Blocks | null = null
  let page: Page | null = null
  return {
    async open(schema: Schema) {
      blocks = new Blocks(typeof to === 'string' ? await openTarget(to) : to)
      page = new Page(schema, width)
    },
    async write(batch: Batch) {
      if (blocks === null || page === null) throw new TypeError('a sink is opened before it is written to')
      await blocks.put(encoder.encode(page.lines(batch)))
      blocks.records += batch.length
      blocks.offer()
    },
    async close() {
      try {
        if (blocks !== null && page !== null) await blocks.put(encoder.encode(page.end()))
      } finally {
        await blocks?.close()
        blocks = page = null
      }
    },
  }
}

function terminalWidth(to: string | ByteTarget): number {
  return to === '-' && process.stdout.isTTY ? process.stdout.columns : Infinity
}

class Page {
  private readonly columns: readonly ColumnInfo[]
  private readonly width: number
  private readonly widths: number[]
  /** Columns that are shown; 0 until the first records came. */
  private shown = 0
  private bytes = Buffer.alloc(256)
  private view = viewOf(this.bytes)

  constructor({ columns }: Schema, width: number) {
    this.columns = columns
    this.width = width
    this.widths = columns.map(({ name }) => name.length)
  }

  lines({ columns, length }: Batch): string {
    const cells = (this.shown === 0 ? columns : columns.slice(0, this.shown)).map((column) => this.cells(column, length))
    let grew = this.shown === 0
    cells.forEach((texts, k) => {
      const needed = texts.reduce((most, { length }) => Math.max(most, length), this.widths[k])
      if (needed > this.widths[k]) {
        this.widths[k] = needed
        grew = true
      }
    })
    const head = this.shown === 0 ? this.head() : grew ? `\n${this.head()}` : ''
    return head + Array.from({ length }, (_, i) => this.line((k) => cells[k][i])).join('')
  }

  end(): string {
    const head = this.shown === 0 ? this.head() : ''
    const hidden = this.columns.slice(this.shown).map(({ name }) => name)
    if (hidden.length === 0) return head
    const names = `${hidden.join(', ')}`
    return `${head}\n${hidden.length} more field${hidden.length === 1 ? '' : 's'} in records than fit here: ${names}\n--select FIELDS shows those you name, --format ndjson or -o FILE all.\n`
  }

  /** The names, and how many columns fit: one at least. */
  private head(): string {
    if (this.shown === 0) {
      let at = -GAP.length
      while (this.shown < this.columns.length && (this.shown === 0 || at + GAP.length + this.widths[this.shown] <= this.width)) at += GAP.length + this.widths[this.shown++]
    }
    return this.line((k) => this.columns[k].name)
  }

  private line(cell: (k: number) => string): string {
    let line = ''
    for (let k = 0; k < this.shown; k++) {
      const text = cell(k)
      line += (k === 0 ? '' : GAP) + (isNumber(this.columns[k]) ? text.padStart(this.widths[k]) : text.padEnd(this.widths[k]))
    }
    return `${line.trimEnd()}\n`
  }

  private cells(column: Column, length: number): string[] {
    const { write, max, room } = valueWriter(column, SYNTAX)
    return Array.from({ length }, (_, i) => {
      const need = max + (room === null ? 0 : room(i))
      if (need > this.bytes.length) {
        this.bytes = Buffer.alloc(need * 2)
        this.view = viewOf(this.bytes)
      }
      const end = write(this.bytes, this.view, 0, i)
      return end === 0 ? NOTHING : this.bytes.toString('utf8', 0, end)
    })
  }
}

function isNumber({ kind }: ColumnInfo): boolean {
  return /^[uif]\d/.test(kind) || kind === 'time'
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

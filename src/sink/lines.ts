import type { Batch } from '../schema/schema.ts'
import type { Blocks } from './blocks.ts'
import { valueWriter, type Syntax, type Writer } from './value-writer.ts'

/** How a record becomes a line. */
export interface LineFormat extends Syntax {
  /** What stands before the value of column k, in ASCII or UTF-8. */
  readonly before: (name: string, k: number) => string
  /** The line of a record that has no columns, without its end. */
  readonly bare: string
  /** One or two characters. */
  readonly end: string
}

/** Writes the records of one batch, and of others with its id. */
export class Lines {
  private readonly writers: readonly Writer[]
  /** Of the columns whose values have no greatest length. */
  private readonly rooms: readonly ((i: number) => number)[]
  /** What stands before each value, in little-endian words of four octets that are copied whole: the value covers what is too much. */
  private readonly words: Uint32Array
  private readonly wordsBefore: Uint32Array
  private readonly lengths: Uint32Array
  private readonly bare: Uint8Array
  private readonly end: Uint8Array
  /** Octets of a record at most, objects apart. */
  private readonly fixed: number

  constructor({ columns }: Batch, format: LineFormat) {
    const values = columns.map((column) => valueWriter(column, format))
    this.writers = values.map(({ write }) => write)
    this.rooms = values.map(({ room }) => room).filter((room) => room !== null)
    const labels = columns.map(({ name }, k) => Buffer.from(format.before(name, k)))
    this.bare = Buffer.from(format.bare)
    this.end = Buffer.from(format.end)
    this.lengths = Uint32Array.from(labels, (label) => label.length)
    this.wordsBefore = new Uint32Array(columns.length + 1)
    labels.forEach((label, k) => (this.wordsBefore[k + 1] = this.wordsBefore[k] + Math.ceil(label.length / 4)))
    this.words = new Uint32Array(this.wordsBefore[columns.length])
    const view = new DataView(this.words.buffer)
    labels.forEach((label, k) => new Uint8Array(view.buffer, this.wordsBefore[k] * 4).set(label))
    for (let w = 0; w < this.words.length; w++) this.words[w] = view.getUint32(w * 4, true)
    const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0)
    // the end of the line, and the words' excess
    this.fixed = sum(Array.from(this.lengths)) + sum(values.map(({ max }) => max)) + this.bare.length + 8
  }

  /** Octets that record i takes at most. */
  room(i: number): number {
    let room = this.fixed
    for (let k = 0; k < this.rooms.length; k++) room += this.rooms[k](i)
    return room
  }

  /** Write records from `i` on, as many as the block has room for. @returns the first that is not written */
  write(blocks: Blocks, i: number, length: number): number {
    const { bytes, view } = blocks
    let at = blocks.at
    for (; i < length; i++) {
      if (at + this.room(i) > bytes.length) break
      at = this.writeRecord(bytes, view, at, i)
    }
    blocks.at = at
    return i
  }

  private writeRecord(bytes: Uint8Array, view: DataView, at: number, i: number): number {
    const { writers, words, wordsBefore, lengths, bare, end: tail } = this
    if (writers.length === 0) for (let k = 0; k < bare.length; k++) bytes[at++] = bare[k]
    for (let k = 0; k < writers.length; k++) {
      const first = wordsBefore[k], end = wordsBefore[k + 1]
      for (let w = first; w < end; w++) view.setUint32(at + (w - first) * 4, words[w], true)
      at = writers[k](bytes, view, at + lengths[k], i)
    }
    for (let k = 0; k < tail.length; k++) bytes[at + k] = tail[k]
    return at + tail.length
  }
}

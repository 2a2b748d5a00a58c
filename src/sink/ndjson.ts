import type { Batch, Schema } from '../schema/schema.ts'
import { Blocks } from './blocks.ts'
import { jsonValue, type Writer } from './json-value.ts'
import { openTarget } from './open.ts'
import type { Sink } from './sink.ts'
import type { ByteTarget } from './target.ts'

/**
 * A sink that writes one JSON object a line, columns in the order of the schema. Times have nine exact decimals, octets are
 * hexadecimal, numbers that are none are null.
 * @param to a path, `-` for standard output, or a target of your own
 */
export function ndjson(to: string | ByteTarget): Sink {
  let blocks: Blocks | null = null
  const prepared = new Map<number, Lines>()
  return {
    async open(_schema: Schema) {
      blocks = new Blocks(typeof to === 'string' ? await openTarget(to) : to)
    },
    async write(batch: Batch) {
      if (blocks === null) throw new TypeError('a sink is opened before it is written to')
      let lines = prepared.get(batch.id)
      if (lines === undefined) {
        // an observer has one or two batches; who makes new ones all the time shall not fill the memory
        if (prepared.size === 16) prepared.clear()
        prepared.set(batch.id, (lines = new Lines(batch)))
      }
      for (let i = lines.write(blocks, 0, batch.length); i < batch.length; i = lines.write(blocks, i, batch.length)) {
        await blocks.turn(lines.room(i))
      }
      blocks.offer()
    },
    async close() {
      await blocks?.close()
      blocks = null
    },
  }
}

/** Writes the records of one batch, and of others with its id. */
class Lines {
  private readonly writers: readonly Writer[]
  /** Of the columns whose values have no greatest length. */
  private readonly rooms: readonly ((i: number) => number)[]
  /** What stands before each value, in little-endian words of four octets that are copied whole: the value covers what is too much. */
  private readonly words: Uint32Array
  private readonly wordsBefore: Uint32Array
  private readonly lengths: Uint32Array
  /** Octets of a record at most, objects apart. */
  private readonly fixed: number

  constructor({ columns }: Batch) {
    const values = columns.map(jsonValue)
    this.writers = values.map(({ write }) => write)
    this.rooms = values.map(({ room }) => room).filter((room) => room !== null)
    const labels = columns.map(({ name }, k) => Buffer.from(`${k === 0 ? '{' : ','}${JSON.stringify(name)}:`))
    this.lengths = Uint32Array.from(labels, (label) => label.length)
    this.wordsBefore = new Uint32Array(columns.length + 1)
    labels.forEach((label, k) => (this.wordsBefore[k + 1] = this.wordsBefore[k] + Math.ceil(label.length / 4)))
    this.words = new Uint32Array(this.wordsBefore[columns.length])
    const view = new DataView(this.words.buffer)
    labels.forEach((label, k) => new Uint8Array(view.buffer, this.wordsBefore[k] * 4).set(label))
    for (let w = 0; w < this.words.length; w++) this.words[w] = view.getUint32(w * 4, true)
    const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0)
    // braces and the end of the line, and the words' excess
    this.fixed = sum(Array.from(this.lengths)) + sum(values.map(({ max }) => max)) + 8
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
    const { writers, words, wordsBefore, lengths } = this
    if (writers.length === 0) bytes[at++] = 0x7b
    for (let k = 0; k < writers.length; k++) {
      const first = wordsBefore[k], end = wordsBefore[k + 1]
      for (let w = first; w < end; w++) view.setUint32(at + (w - first) * 4, words[w], true)
      at = writers[k](bytes, view, at + lengths[k], i)
    }
    bytes[at] = 0x7d
    bytes[at + 1] = 0x0a
    return at + 2
  }
}

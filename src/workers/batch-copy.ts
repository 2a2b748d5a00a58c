import { CAPACITY, newBatchId } from '../observer/batch.ts'
import type { Batch, Column, NumberData } from '../schema/schema.ts'

/** A batch on its way to another thread. */
export interface BatchMessage {
  readonly kind: 'batch'
  /** Which batch of the worker's it is: they come again with other records. */
  readonly id: number
  readonly length: number
  /** What lies where, with the memory; null where it was told before. */
  readonly columns: readonly Column[] | null
  /** The records' part of each memory. */
  readonly memory: readonly ArrayBuffer[]
  /** Of each column of objects, what it has. */
  readonly values: readonly (readonly unknown[])[]
}

/** Copies batches into messages. No record is made an object. */
export class BatchPacker {
  readonly #known = new Map<number, readonly Region[]>()

  pack({ id, length, columns }: Batch): BatchMessage {
    const known = this.#known.get(id)
    const regions = known ?? regionsOf(columns)
    if (known === undefined) this.#known.set(id, regions)
    return {
      kind: 'batch', id, length,
      columns: known === undefined ? columns.map((column) => moved(column, regions)) : null,
      memory: regions.map(({ buffer, start, octets }) => buffer.slice(start, start + octets * length)),
      values: objectsOf(columns).map((values) => values.slice(0, length)),
    }
  }
}

/** The batches of one worker, as they are in this thread: each message of a batch is written into the same memory. */
export class BatchCopies {
  readonly #copies = new Map<number, Copy>()

  receive({ id, length, columns, memory, values }: BatchMessage): Batch {
    let copy = this.#copies.get(id)
    if (copy === undefined) {
      copy = { id: newBatchId(), length, columns: columns!, memory: buffersOf(columns!).map((buffer) => new Uint8Array(buffer)), objects: objectsOf(columns!) }
      this.#copies.set(id, copy)
    }
    copy.length = length
    memory.forEach((part, k) => copy.memory[k].set(new Uint8Array(part)))
    values.forEach((part, k) => part.forEach((value, i) => (copy.objects[k][i] = value)))
    return copy
  }
}

interface Copy extends Batch {
  length: number
  readonly memory: readonly Uint8Array[]
  readonly objects: readonly unknown[][]
}

/** Where a column's values are. */
interface Place {
  readonly data: NumberData
  readonly offset: number
  readonly stride: number
}

/** Where a batch's records lie in a buffer, which may hold much else. */
interface Region {
  readonly buffer: ArrayBuffer
  /** Octets in front of the first record, and of each. */
  readonly start: number
  readonly octets: number
  /** As large, for the other thread. */
  readonly apart: ArrayBuffer
}

function regionsOf(columns: readonly Column[]): Region[] {
  return buffersOf(columns).map((buffer) => {
    const places = columns.flatMap(placesOf).filter(({ data }) => data.buffer === buffer)
    const octets = places[0].stride * places[0].data.BYTES_PER_ELEMENT
    // a buffer begins with a record's place
    const first = Math.min(...places.map(({ data, offset }) => offset * data.BYTES_PER_ELEMENT))
    return { buffer, start: first - (first % octets), octets, apart: new ArrayBuffer(CAPACITY * octets) }
  })
}

/** The column, with its values in the regions' buffers apart. */
function moved(column: Column, regions: readonly Region[]): Column {
  const move = <P extends Place>(place: P): P => {
    const { start, apart } = regions.find(({ buffer }) => buffer === place.data.buffer)!
    const Data = place.data.constructor as new (buffer: ArrayBuffer) => NumberData
    return { ...place, data: new Data(apart), offset: place.offset - start / place.data.BYTES_PER_ELEMENT }
  }
  if (column.kind === 'address') return { ...column, family: move(column.family), four: move(column.four), six: move(column.six) }
  if (!('data' in column)) return column
  return 'validity' in column && column.validity !== null ? { ...move(column), validity: move(column.validity) } : move(column)
}

function placesOf(column: Column): Place[] {
  if (column.kind === 'address') return [column.family, column.four, column.six]
  if (!('data' in column)) return []
  return 'validity' in column && column.validity !== null ? [column, column.validity] : [column]
}

/** The buffers that columns of numbers lie in, each once, in the order in which they are met: a clone of the columns has them in the same. */
function buffersOf(columns: readonly Column[]): ArrayBuffer[] {
  return [...new Set(columns.flatMap(placesOf).map(({ data }) => data.buffer as ArrayBuffer))]
}

function objectsOf(columns: readonly Column[]): unknown[][] {
  return columns.flatMap((column) => ('values' in column ? [column.values as unknown[]] : []))
}

import { CAPACITY, newBatchId } from '../observer/batch.ts'
import type { Batch, Column } from '../schema/schema.ts'

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
  readonly #known = new Map<number, readonly ArrayBuffer[]>()

  pack({ id, length, columns }: Batch): BatchMessage {
    const known = this.#known.get(id)
    const memory = known ?? memoryOf(columns)
    if (known === undefined) this.#known.set(id, memory)
    return {
      kind: 'batch', id, length,
      columns: known === undefined ? columns : null,
      memory: memory.map((buffer) => buffer.slice(0, (buffer.byteLength / CAPACITY) * length)),
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
      copy = { id: newBatchId(), length, columns: columns!, memory: memoryOf(columns!).map((buffer) => new Uint8Array(buffer)), objects: objectsOf(columns!) }
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

/** The buffers that columns of numbers lie in, each once, in the order in which they are met: a clone of the columns has them in the same. All are for as many records. */
function memoryOf(columns: readonly Column[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>()
  for (const column of columns) {
    const places = column.kind === 'address' ? [column.family, column.four, column.six] : 'data' in column ? [column, ...('validity' in column && column.validity !== null ? [column.validity] : [])] : []
    for (const { data } of places) buffers.add(data.buffer as ArrayBuffer)
  }
  return [...buffers]
}

function objectsOf(columns: readonly Column[]): unknown[][] {
  return columns.flatMap((column) => ('values' in column ? [column.values as unknown[]] : []))
}

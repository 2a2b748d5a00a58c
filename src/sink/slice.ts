import type { Batch, Column } from '../schema/schema.ts'

/** Batches that share no memory layout with those of an observer, whose numbers are positive. */
let nextId = -1

/** Records `from` to `to` of a batch, as a batch. */
export function slice(batch: Batch, from: number, to: number): Batch {
  if (from === 0 && to === batch.length) return batch
  if (from === 0) return { id: batch.id, columns: batch.columns, length: to }
  return { id: nextId--, length: to - from, columns: batch.columns.map((column) => moved(column, from)) }
}

function moved(column: Column, by: number): Column {
  const place = <P extends { readonly offset: number; readonly stride: number }>(is: P): P => ({ ...is, offset: is.offset + by * is.stride })
  switch (column.kind) {
    case 'text': case 'bytes': case 'list': case 'bins': return { ...column, values: column.values.slice(by) }
    case 'address': return { ...column, family: place(column.family), four: place(column.four), six: place(column.six) }
    case 'time': case 'i64': return place(column)
    default: return { ...place(column), validity: column.validity === null ? null : place(column.validity) }
  }
}

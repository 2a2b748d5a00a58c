import type { AddressColumn, Batch, Column, ColumnInfo, Schema } from '../schema/schema.ts'
import { Lists } from './gathered-lists.ts'
import { Numbers } from './gathered-numbers.ts'
import { Octets } from './gathered-octets.ts'

/**
 * The values of a column, one behind the other, as Arrow lays them out. `present` has an octet a value, 0 where it is null; it is
 * null itself where no value can be.
 */
export type Values = Numbers | Octets | Lists

/** Records turned round: the columns of many batches, each in memory of its own, to be written together. */
export class Gathered {
  readonly columns: readonly Values[]
  readonly capacity: number
  length = 0

  constructor({ columns }: Schema, capacity: number) {
    this.capacity = capacity
    this.columns = columns.map((info) => valuesOf(info, capacity))
  }

  /** Add records of the batch from `from` on, as many as there is room for. @returns the first that was not added */
  add(batch: Batch, from: number): number {
    const to = Math.min(batch.length, from + this.capacity - this.length)
    batch.columns.forEach((column, k) => append(this.columns[k], column, from, to))
    this.length += to - from
    return to
  }

  clear(): void {
    this.length = 0
    for (const values of this.columns) values.clear()
  }
}

/** Whether a column may hold null: doubles that are no numbers, and codes without a label, are none either. */
export function isNullable({ kind, nullable }: ColumnInfo): boolean {
  return nullable || !['u8', 'u16', 'u32', 'u64', 'i32', 'i64', 'bool', 'time'].includes(kind)
}

/** What a format's metadata says of a column, where the declaration does. A time's unit is that of the format. */
export function knownOf({ kind, doc, unit, ie, rfc, chain }: ColumnInfo): Record<string, string> {
  const known = { doc, unit: kind === 'time' ? undefined : unit, ie, rfc, chain }
  return Object.fromEntries(Object.entries(known).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

function valuesOf(info: ColumnInfo, capacity: number): Values {
  switch (info.kind) {
    case 'address': case 'text': case 'bytes': return new Octets(capacity)
    case 'list': return new Lists(info.of ?? 'f64', capacity)
    case 'bins': return new Lists('u64', capacity)
    default: return new Numbers(info.kind, capacity, isNullable(info))
  }
}

function append(values: Values, column: Column, from: number, to: number): void {
  if (values instanceof Numbers) {
    switch (column.kind) {
      case 'time': case 'i64': return values.addTimes(column, from, to)
      case 'address': case 'text': case 'bytes': case 'list': case 'bins': break
      default: return values.addNumbers(column, from, to)
    }
  } else if (values instanceof Octets) {
    switch (column.kind) {
      case 'address': return values.addAddresses(column as AddressColumn, from, to)
      case 'text': return values.addTexts(column, from, to)
      case 'bytes': return values.addBytes(column, from, to)
    }
  } else if (column.kind === 'list' || column.kind === 'bins') return values.addLists(column, from, to)
  throw new TypeError(`the column ${column.name} is of another kind than the schema says`)
}

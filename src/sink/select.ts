import { OptionError } from '../errors.ts'
import type { Ledger } from '../ledger.ts'
import { nearest } from '../schema/nearest.ts'
import type { Batch, Column, ColumnInfo, Schema } from '../schema/schema.ts'
import type { Sink } from './sink.ts'

/**
 * A sink that hands on the columns of these names, in this order.
 * @throws OptionError when it is opened, for a name that the record does not have
 */
export function select(sink: Sink, fields: readonly string[]): Sink {
  let places: readonly number[] = []
  const prepared = new Map<number, readonly Column[]>()
  return {
    async open(schema: Schema, ledger?: Ledger) {
      places = placesOf(schema, fields)
      await sink.open({ columns: places.map((place) => schema.columns[place]) }, ledger)
    },
    write({ id, length, columns }: Batch) {
      let chosen = prepared.get(id)
      if (chosen === undefined) {
        if (prepared.size === 16) prepared.clear()
        prepared.set(id, (chosen = places.map((place) => columns[place])))
      }
      return sink.write({ id, length, columns: chosen })
    },
    close: () => sink.close(),
  }
}

/** The columns of these names, in this order. @throws OptionError for a name that there is not, or twice */
export function selected(schema: Schema, fields: readonly string[]): readonly ColumnInfo[] {
  return placesOf(schema, fields).map((place) => schema.columns[place])
}

function placesOf({ columns }: Schema, fields: readonly string[]): number[] {
  const names = columns.map(({ name }) => name)
  fields.forEach((field, k) => {
    if (fields.indexOf(field) !== k) throw new OptionError('WEIR_OPTION_SELECT', `'${field}' is selected twice: once is enough`)
    if (names.includes(field)) return
    const meant = nearest(field, names)
    throw new OptionError('WEIR_OPTION_SELECT', `records have no field '${field}': ${meant === null ? `choose from ${names.join(', ')}, or name the chain that has it` : `did you mean '${meant}'?`}`)
  })
  return fields.map((field) => names.indexOf(field))
}

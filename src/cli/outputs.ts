import { formatOf, OptionError, select, selected, tee, type Schema, type Sink } from '../index.ts'

export interface OutputOptions {
  readonly output: readonly string[]
  readonly format: readonly string[]
  readonly select?: readonly string[]
  readonly uniflow?: true
}

/** Where records go: `-o`, `--format` and `--select`, understood. */
export interface Outputs {
  readonly places: readonly string[]
  /** All places as one sink. @throws OptionError for a field that records do not have */
  readonly sink: (schema: Schema) => Sink
}

/** @throws OptionError for a format that there is not */
export function outputsOf({ output, format, select: fields, uniflow }: OutputOptions): Outputs {
  const places = output.length === 0 ? ['-'] : output
  if (format.length > places.length) throw new OptionError('WEIR_OPTION_VALUE', `--format is given ${format.length} times for ${places.length} output${places.length === 1 ? '' : 's'}: give it once for each --output, in their order`)
  const made = places.map((place, k) => ({ place, format: formatOf(place, format[k] ?? usual(place)) }))
  if (uniflow && !made.some((each) => each.format.name === 'ipfix')) throw new OptionError('WEIR_OPTION_VALUE', '--uniflow is for IPFIX, and no output is that: leave it away')
  return {
    places,
    sink(schema) {
      if (fields !== undefined) selected(schema, fields)
      const sinks = made.map((each) => each.format.to(each.place, { uniflow }))
      const sink = sinks.length === 1 ? sinks[0] : tee(sinks)
      return fields === undefined ? sink : select(sink, fields)
    },
  }
}

/** On a terminal there are people; elsewhere the extension says it. */
function usual(place: string): string | undefined {
  return place === '-' && process.stdout.isTTY ? 'table' : undefined
}

/** The places in words. */
export function inWords(places: readonly string[]): string {
  const names = places.map((place) => (place === '-' ? 'standard output' : place))
  return names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** Names between commas. */
export function fieldNames(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim()).filter((name) => name !== '')
  if (names.length === 0) throw new OptionError('WEIR_OPTION_VALUE', '--select names no field: give names, separated by commas')
  return names
}

import { formatOf, OptionError, rotate, rotatePaths, type Rotation, select, selected, tee, type ByteTarget, type Schema, type Sink } from '../index.ts'

export interface OutputOptions {
  readonly output: readonly string[]
  readonly format: readonly string[]
  readonly select?: readonly string[]
  readonly uniflow?: true
  readonly table?: string
  readonly rotate?: Rotation
}

/** Where records go: `-o`, `--format` and `--select`, understood. */
export interface Outputs {
  readonly places: readonly string[]
  /** All places as one sink. @throws OptionError for a field that records do not have */
  readonly sink: (schema: Schema) => Sink
}

/** @throws OptionError for a format that there is not */
export function outputsOf({ output, format, select: fields, uniflow, table, rotate: rotation }: OutputOptions): Outputs {
  const places = output.length === 0 ? ['-'] : output
  if (format.length > places.length) throw new OptionError('WEIR_OPTION_VALUE', `--format is given ${format.length} times for ${places.length} output${places.length === 1 ? '' : 's'}: give it once for each --output, in their order`)
  const made = places.map((place, k) => ({ place, format: formatOf(place, format[k] ?? usual(place)) }))
  if (uniflow && !made.some((each) => each.format.name === 'ipfix')) throw new OptionError('WEIR_OPTION_VALUE', '--uniflow is for IPFIX, and no output is that: leave it away')
  if (table !== undefined && !made.some((each) => each.format.name === 'duckdb')) throw new OptionError('WEIR_OPTION_VALUE', '--table is for DuckDB, and no output is that: leave it away')
  return {
    places,
    sink(schema) {
      if (fields !== undefined) selected(schema, fields)
      const sinks = made.map(({ place, format }) => {
        const to = (target: string | ByteTarget): Sink => {
          const sink = format.to(target, { uniflow, table })
          return fields === undefined ? sink : select(sink, fields)
        }
        if (rotation === undefined) return to(place)
        return format.pathOnly === true ? rotatePaths(place, to, rotation) : rotate(place, to, rotation)
      })
      return sinks.length === 1 ? sinks[0] : tee(sinks)
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

const UNITS: Record<string, number> = { '': 1, k: 1e3, M: 1e6, G: 1e9 }

/** Read `1h`, `500MB` or `1Mrecords`. */
export function rotation(text: string): Rotation {
  const [, number, prefix, unit] = /^(\d+(?:\.\d+)?)([kMG]?)(B|records)$/.exec(text) ?? []
  if (unit !== undefined) {
    const amount = Math.round(Number(number) * UNITS[prefix])
    if (amount > 0) return unit === 'B' ? { octets: amount } : { records: amount }
  }
  const [, time, period] = /^(\d+)([smhd])$/.exec(text) ?? []
  if (period !== undefined && Number(time) > 0) return { seconds: Number(time) * { s: 1, m: 60, h: 3600, d: 86_400 }[period as 's'] }
  throw new OptionError('WEIR_OPTION_VALUE', `--rotate cannot be '${text}': give a time (30s, 5m, 1h, 1d), a size (500MB, 2GB) or a number of records (1Mrecords, 50000records)`)
}

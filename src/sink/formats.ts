import { basename, extname } from 'node:path'

import { OptionError } from '../errors.ts'
import { arrow, arrows } from './arrow.ts'
import { compressionOf } from './compress.ts'
import { csv, tsv } from './csv.ts'
import { duckdb, type DuckdbOptions } from './duckdb.ts'
import { ipfix, type IpfixOptions } from './ipfix.ts'
import { isCollector, placeOf } from './ipfix-collector.ts'
import { ndjson } from './ndjson.ts'
import { parquet } from './parquet.ts'
import { table } from './table.ts'
import type { Sink } from './sink.ts'
import type { ByteTarget } from './target.ts'

/** A format for records. */
export interface Format {
  readonly name: string
  readonly doc: string
  /** Extensions of the files that have it. */
  readonly extensions: readonly string[]
  /** Its sink opens its file itself: it takes no target. */
  readonly pathOnly?: true
  /** A sink that writes it to a path, to `-` (standard output) or to a target. */
  readonly to: (target: string | ByteTarget, options?: FormatOptions) => Sink
}

/** What some formats take, and others pass over. */
export type FormatOptions = IpfixOptions & DuckdbOptions

/** The formats, the first being the default. */
export const FORMATS: readonly Format[] = [
  { name: 'ndjson', doc: 'one JSON object a line', extensions: ['.ndjson', '.jsonl', '.json'], to: (target) => ndjson(target) },
  { name: 'csv', doc: 'comma-separated values, with a line of names', extensions: ['.csv'], to: (target) => csv(target) },
  { name: 'tsv', doc: 'the same with tabs', extensions: ['.tsv', '.tab'], to: (target) => tsv(target) },
  { name: 'table', doc: 'aligned columns, for people', extensions: ['.txt'], to: (target) => table(target) },
  { name: 'ipfix', doc: 'IPFIX messages (RFC 7011), in a file or to a collector', extensions: ['.ipfix'], to: (target, options) => ipfix(target, options) },
  { name: 'parquet', doc: 'Apache Parquet, by row groups', extensions: ['.parquet'], to: (target) => parquet(target) },
  { name: 'arrow', doc: 'an Apache Arrow file (Feather)', extensions: ['.arrow', '.feather'], to: (target) => arrow(target) },
  { name: 'arrows', doc: 'a stream of Apache Arrow', extensions: ['.arrows'], to: (target) => arrows(target) },
  { name: 'duckdb', doc: 'a table in a DuckDB database, appended to where it is there', extensions: ['.duckdb', '.ddb'], pathOnly: true, to: (target, options) => duckdb(target, options) },
]

/**
 * The format to write to `target`: the one of that name or, where there is no name, the one of the target's extension, `.gz` or `.zst` behind it
 * apart. Standard output, and what has no extension, is written as NDJSON.
 * @throws OptionError for a name or an extension that no format has.
 */
export function formatOf(target: string, name?: string): Format {
  if (isCollector(target)) return collectorFormat(target, name)
  const compression = compressionOf(target)
  if (name !== undefined) {
    const format = FORMATS.find((candidate) => candidate.name === name.toLowerCase())
    if (format !== undefined) return format
    throw new OptionError('WEIR_OPTION_FORMAT', `there is no format '${name}': choose from ${FORMATS.map((format) => format.name).join(', ')}`)
  }
  const extension = extname(basename(target, compression)).toLowerCase()
  if (extension === '' || target === '-') return FORMATS[0]
  const format = FORMATS.find((candidate) => candidate.extensions.includes(extension))
  if (format !== undefined) return format
  throw new OptionError('WEIR_OPTION_FORMAT', `no format has the extension '${extension}' of ${target}: name a format (${FORMATS.map((format) => format.name).join(', ')}), or use ${FORMATS.flatMap((format) => format.extensions).join(', ')}`)
}

/** A collector takes IPFIX alone. */
function collectorFormat(target: string, name: string | undefined): Format {
  placeOf(target)
  if (name !== undefined && name.toLowerCase() !== 'ipfix') throw new OptionError('WEIR_OPTION_FORMAT', `${target} takes IPFIX, not ${name}: leave --format away`)
  return FORMATS.find((format) => format.name === 'ipfix')!
}

import type { Sink } from './sink.ts'
import type { ByteTarget } from './target.ts'
import { textSink, type TextFormat } from './text-sink.ts'
import { QUOTE } from './value-writer.ts'

const COMMA = 0x2c, TAB = 0x09
const encoder = new TextEncoder()
const CSV = separated(COMMA), TSV = separated(TAB)

/**
 * A sink that writes comma-separated values: a line of names, then a record a line, quoted as in RFC 4180; lines end in LF alone. Null
 * is an empty field, a text without characters is `""`, a list is a JSON array. Values are otherwise as in NDJSON.
 * @param to a path, `-` for standard output, or a target of your own
 */
export function csv(to: string | ByteTarget): Sink {
  return textSink(to, CSV)
}

/** The same with tabs between values. @param to a path, `-` for standard output, or a target of your own */
export function tsv(to: string | ByteTarget): Sink {
  return textSink(to, TSV)
}

function separated(separator: number): TextFormat {
  const mark = String.fromCharCode(separator)
  const text = (bytes: Uint8Array, at: number, value: string): number => {
    for (let k = 0; k < value.length; k++) {
      const unit = value.charCodeAt(k)
      if (unit < 0x20 || unit > 0x7e || unit === QUOTE || unit === separator) return at + encoder.encodeInto(quoted(value), bytes.subarray(at)).written
      bytes[at + k] = unit
    }
    return value === '' ? at + encoder.encodeInto('""', bytes.subarray(at)).written : at + value.length
  }
  return {
    nothing: 0, quotes: 0, listQuotes: separator === COMMA ? 1 : 0, text, unitMax: 3,
    before: (_name, k) => (k === 0 ? '' : mark),
    bare: '',
    end: '\n',
    head: ({ columns }) => `${columns.map(({ name }) => (/^[\w .-]+$/.test(name) ? name : quoted(name))).join(mark)}\n`,
  }
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

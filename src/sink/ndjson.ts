import type { Sink } from './sink.ts'
import type { ByteTarget } from './target.ts'
import { textSink, type TextFormat } from './text-sink.ts'
import { QUOTE } from './value-writer.ts'

const encoder = new TextEncoder()

const FORMAT: TextFormat = {
  nothing: 4, quotes: 1, listQuotes: 0, text: writeString, unitMax: 6,
  before: (name, k) => `${k === 0 ? '{' : ','}${JSON.stringify(name)}:`,
  bare: '{',
  end: '}\n',
  head: null,
}

/**
 * A sink that writes one JSON object a line, columns in the order of the schema. Times have nine exact decimals, octets are
 * hexadecimal, numbers that are none are null.
 * @param to a path, `-` for standard output, or a target of your own
 */
export function ndjson(to: string | ByteTarget): Sink {
  return textSink(to, FORMAT)
}

function writeString(bytes: Uint8Array, at: number, value: string): number {
  bytes[at] = QUOTE
  for (let k = 0; k < value.length; k++) {
    const unit = value.charCodeAt(k)
    // JSON.stringify escapes what must be, lone surrogates too
    if (unit < 0x20 || unit > 0x7e || unit === QUOTE || unit === 0x5c) return at + encoder.encodeInto(JSON.stringify(value), bytes.subarray(at)).written
    bytes[at + 1 + k] = unit
  }
  bytes[at + 1 + value.length] = QUOTE
  return at + 2 + value.length
}

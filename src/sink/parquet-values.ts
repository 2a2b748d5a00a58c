import { ByteWriter } from 'hyparquet-writer'
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js'

import type { Numbers } from './gathered-numbers.ts'
import type { Octets } from './gathered-octets.ts'
import { dictionaryOfOctets, dictionaryOfWords, type Dictionary } from './parquet-dictionary.ts'

/** The values of a column chunk that are there, as pages hold them. */
export interface Encoded {
  /** What the data page holds: values, or their numbers in the dictionary. */
  readonly data: Uint8Array
  /** Entries of the dictionary, and how many; null where values are written as they are. */
  readonly dictionary: { readonly octets: Uint8Array; readonly entries: number } | null
}

const encoder = new TextEncoder()

export function encodeNumbers(values: Numbers, labels: readonly string[] | undefined): Encoded {
  const { kind } = values
  if (kind === 'bool') return { data: bits(compact(values)), dictionary: null }
  const words = compact(values)
  if (kind === 'oneOf') return byLabel(words, labels ?? [])
  const width = values.width === 8 ? 2 : 1
  const length = words.length / width
  // nearly all differ
  const dictionary = kind === 'time' || kind === 'i64' || length === 0 ? null : dictionaryOfWords(words, width, length)
  if (dictionary === null) return { data: octetsOf(words), dictionary: null }
  const entries = new Uint32Array(dictionary.first.length * width)
  dictionary.first.forEach((at, entry) => {
    entries[entry * width] = words[at * width]
    entries[entry * width + width - 1] = words[at * width + width - 1]
  })
  return byDictionary(dictionary, octetsOf(entries))
}

export function encodeOctets({ octets, offsets, present, length, nulls }: Octets): Encoded {
  // what is null has no octets: the others lie one behind the other
  const bounds = new Int32Array(length - nulls + 1)
  for (let i = 0, at = 1; i < length; i++) if (present[i] !== 0) bounds[at++] = offsets[i + 1]
  const count = bounds.length - 1
  const dictionary = count === 0 ? null : dictionaryOfOctets(octets, bounds, count)
  if (dictionary === null) return { data: prefixed(octets, bounds, null), dictionary: null }
  return byDictionary(dictionary, prefixed(octets, bounds, dictionary.first))
}

/** Values that are there, at least 32 bits each. */
function compact({ octets, width, present, length, nulls }: Numbers): Uint32Array {
  const { buffer } = octets
  const into = new Uint32Array((length - nulls) * (width === 8 ? 2 : 1))
  if (width === 8) {
    const from = new Uint32Array(buffer)
    if (present === null || nulls === 0) into.set(from.subarray(0, length * 2))
    else for (let i = 0, at = 0; i < length; i++) {
      if (present[i] === 0) continue
      into[at++] = from[i * 2]
      into[at++] = from[i * 2 + 1]
    }
    return into
  }
  const from = width === 4 ? new Uint32Array(buffer) : width === 2 ? new Uint16Array(buffer) : octets
  if (present === null || nulls === 0) into.set(from.subarray(0, length))
  else for (let i = 0, at = 0; i < length; i++) if (present[i] !== 0) into[at++] = from[i]
  return into
}

/** Booleans, eight an octet, the first in the lowest bit. */
function bits(values: Uint32Array): Uint8Array {
  const octets = new Uint8Array((values.length + 7) >> 3)
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) octets[i >> 3] |= 1 << (i & 7)
  return octets
}

/** Codes are numbers of a dictionary already. */
function byLabel(codes: Uint32Array, labels: readonly string[]): Encoded {
  const texts = labels.map((label) => encoder.encode(label))
  const bounds = new Int32Array(texts.length + 1)
  texts.forEach((text, k) => (bounds[k + 1] = bounds[k] + text.length))
  return byDictionary({ indexes: codes, first: new Uint32Array(labels.length) }, prefixed(Buffer.concat(texts), bounds, null))
}

function byDictionary({ indexes, first }: Dictionary, octets: Uint8Array): Encoded {
  const width = Math.max(1, 32 - Math.clz32(first.length - 1))
  const writer = new ByteWriter(1 + ((indexes.length * width) >> 3) + 64)
  writer.appendUint8(width)
  writeRleBitPackedHybrid(writer, indexes, width)
  return { data: writer.getBytes(), dictionary: { octets, entries: first.length } }
}

/** Values behind their lengths: all, or those at these places. */
function prefixed(octets: Uint8Array, bounds: Int32Array, places: Uint32Array | null): Uint8Array {
  const count = places === null ? bounds.length - 1 : places.length
  let size = count * 4
  for (let k = 0; k < count; k++) {
    const i = places === null ? k : places[k]
    size += bounds[i + 1] - bounds[i]
  }
  const into = new Uint8Array(size), view = new DataView(into.buffer)
  for (let k = 0, at = 0; k < count; k++) {
    const i = places === null ? k : places[k]
    const start = bounds[i], length = bounds[i + 1] - start
    view.setUint32(at, length, true)
    at += 4
    // for few octets a call takes longer than a loop
    if (length > 64) into.set(octets.subarray(start, start + length), at)
    else for (let n = 0; n < length; n++) into[at + n] = octets[start + n]
    at += length
  }
  return into
}

function octetsOf({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

import { IPV6_TEXT_MAX, writeIpv4, writeIpv6 } from '../packet/address.ts'
import type { AddressColumn, Column, NanosecondColumn, NumberColumn, ObjectColumn, TimeColumn, Validity } from '../schema/schema.ts'
import { NUMBER_TEXT_MAX, writeNine, writeNumber, writeUnsigned } from './decimal.ts'

/** Write record i's value into `bytes` at `at`; `view` is the same memory. @returns where it ends */
export type Writer = (bytes: Uint8Array, view: DataView, at: number, i: number) => number

/** What text formats do differently: the rest of a value is written alike by all. */
export interface Syntax {
  /** Octets of `null` that stand where there is no value: all four, or none. */
  readonly nothing: 0 | 4
  /** Whether quotes stand around addresses and octets, and around lists: 1 or 0, to be added to a place. */
  readonly quotes: 0 | 1
  readonly listQuotes: 0 | 1
  /** Write a string with all that must stand around and in it. @returns where it ends */
  readonly text: (bytes: Uint8Array, at: number, value: string) => number
  /** Octets that a UTF-16 unit of a string takes at most; two more are reserved for quotes. */
  readonly unitMax: number
}

/** How a column's values are written, and how much room that takes. */
export interface ValueWriter {
  readonly write: Writer
  /** Octets that one value takes at most, where that does not depend on the value. */
  readonly max: number
  /** Octets that record i's value takes at most, besides `max`; null where `max` says it all. */
  readonly room: ((i: number) => number) | null
}

export const QUOTE = 0x22
const HEX = Uint16Array.from({ length: 256 }, (_, octet) => {
  const text = octet.toString(16).padStart(2, '0')
  return text.charCodeAt(0) | (text.charCodeAt(1) << 8)
})
const encoder = new TextEncoder()

/** Prepare the writer of a column's values. Its memory must stay where it is; `values` of an object column may be replaced. */
export function valueWriter(column: Column, syntax: Syntax): ValueWriter {
  switch (column.kind) {
    case 'time':
      return { write: time(column), max: 20, room: null }
    case 'i64':
      return { write: nanoseconds(column), max: 20, room: null }
    case 'address':
      return { write: address(column, syntax), max: IPV6_TEXT_MAX + 2, room: null }
    case 'text':
      return { write: text(column, syntax), max: 4, room: (i) => objectRoom(column, i, syntax.unitMax) }
    case 'bytes':
      return { write: octets(column, syntax), max: 4, room: (i) => objectRoom(column, i, 2) }
    case 'list':
    case 'bins':
      return { write: numbers(column, syntax), max: 6, room: (i) => objectRoom(column, i, NUMBER_TEXT_MAX + 1) }
    default:
      return number(column, syntax)
  }
}

function number(column: NumberColumn, syntax: Syntax): ValueWriter {
  const { data, offset, stride, validity } = column
  const { nothing } = syntax
  let write: Writer, max = NUMBER_TEXT_MAX
  if (column.kind === 'bool') {
    write = (_bytes, view, at, i) => writeBool(view, at, data[offset + i * stride] !== 0)
  } else if (column.kind === 'oneOf') {
    const labels = (column.labels ?? []).map((label) => encoded(label, syntax))
    max = Math.max(4, ...labels.map((label) => label.length))
    write = (bytes, view, at, i) => {
      const code = data[offset + i * stride]
      return code < labels.length ? copy(bytes, at, labels[code]) : writeNull(view, at, nothing)
    }
  } else if (column.kind === 'u8' || column.kind === 'u16' || column.kind === 'u32') {
    write = (_bytes, view, at, i) => writeUnsigned(view, at, data[offset + i * stride])
  } else {
    write = (_bytes, view, at, i) => {
      const value = data[offset + i * stride]
      // NaN and the infinities are none
      return value - value === 0 ? writeNumber(view, at, value) : writeNull(view, at, nothing)
    }
  }
  return { write: validity === null ? write : nullable(validity, nothing, write), max, room: null }
}

function encoded(label: string, { text, unitMax }: Syntax): Uint8Array {
  const bytes = new Uint8Array(label.length * unitMax + 2)
  return bytes.slice(0, text(bytes, 0, label))
}

function nullable(validity: Validity, nothing: number, write: Writer): Writer {
  const { data, offset, stride, mask } = validity
  return (bytes, view, at, i) => ((data[offset + i * stride] & mask) === 0 ? writeNull(view, at, nothing) : write(bytes, view, at, i))
}

function time({ data, offset, stride }: TimeColumn): Writer {
  return (_bytes, view, at, i) => {
    const element = offset + i * stride
    at = writeUnsigned(view, at, data[element])
    view.setUint8(at, 0x2e)
    return writeNine(view, at + 1, data[element + 1])
  }
}

function nanoseconds({ data, offset, stride }: NanosecondColumn): Writer {
  return (_bytes, view, at, i) => {
    const element = offset + i * stride
    // no leading zeros
    if (data[element] === 0) return writeUnsigned(view, at, data[element + 1])
    return writeNine(view, writeUnsigned(view, at, data[element]), data[element + 1])
  }
}

function address({ family, four, six }: AddressColumn, { nothing, quotes }: Syntax): Writer {
  return (bytes, view, at, i) => {
    const is = family.data[family.offset + i * family.stride] & family.mask
    if (is !== family.four && is !== family.six) return writeNull(view, at, nothing)
    bytes[at] = QUOTE
    at += quotes
    at = is === family.four ? writeIpv4(bytes, at, four.data, four.offset + i * four.stride) : writeIpv6(bytes, at, six.data, six.offset + i * six.stride)
    bytes[at] = QUOTE
    return at + quotes
  }
}

function text(column: ObjectColumn, { nothing, text: write }: Syntax): Writer {
  return (bytes, view, at, i) => {
    const value = column.values[i] as string | null | undefined
    return value === null || value === undefined ? writeNull(view, at, nothing) : write(bytes, at, value)
  }
}

function octets(column: ObjectColumn, { nothing, quotes, text: writeText }: Syntax): Writer {
  return (bytes, view, at, i) => {
    const value = column.values[i] as Uint8Array | null | undefined
    if (value === null || value === undefined) return writeNull(view, at, nothing)
    if (value.length === 0) return writeText(bytes, at, '')
    bytes[at] = QUOTE
    at += quotes
    for (let k = 0; k < value.length; k++, at += 2) view.setUint16(at, HEX[value[k]], true)
    bytes[at] = QUOTE
    return at + quotes
  }
}

function numbers(column: ObjectColumn, { nothing, listQuotes }: Syntax): Writer {
  return (bytes, view, at, i) => {
    const value = column.values[i] as ArrayLike<number> | null | undefined
    if (value === null || value === undefined) return writeNull(view, at, nothing)
    bytes[at] = QUOTE
    at += listQuotes
    bytes[at++] = 0x5b
    for (let k = 0; k < value.length; k++) {
      if (k !== 0) bytes[at++] = 0x2c
      at = writeNumber(view, at, value[k])
    }
    bytes[at++] = 0x5d
    bytes[at] = QUOTE
    return at + listQuotes
  }
}

/** Brackets or quotes, and `each` octets an element. */
function objectRoom(column: ObjectColumn, i: number, each: number): number {
  const value = column.values[i] as ArrayLike<unknown> | null | undefined
  return value === null || value === undefined ? 0 : 2 + value.length * each
}

/** The four octets of a word, `null`, as one little-endian number. */
const fourOctets = (word: string): number => new DataView(encoder.encode(word).buffer).getUint32(0, true)
const NULL = fourOctets('null'), TRUE = fourOctets('true'), FALS = fourOctets('fals')

/** Write `null`, or nothing: what is written and does not count is written over. */
function writeNull(view: DataView, at: number, nothing: number): number {
  view.setUint32(at, NULL, true)
  return at + nothing
}

function writeBool(view: DataView, at: number, value: boolean): number {
  view.setUint32(at, value ? TRUE : FALS, true)
  if (value) return at + 4
  view.setUint8(at + 4, 0x65)
  return at + 5
}

function copy(bytes: Uint8Array, at: number, from: Uint8Array): number {
  for (let i = 0; i < from.length; i++) bytes[at + i] = from[i]
  return at + from.length
}

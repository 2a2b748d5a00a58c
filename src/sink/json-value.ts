import { writeIpv4, writeIpv6 } from '../packet/address.ts'
import type { AddressColumn, Column, NanosecondColumn, NumberColumn, ObjectColumn, TimeColumn, Validity } from '../schema/schema.ts'
import { NUMBER_TEXT_MAX, writeNine, writeNumber, writeUnsigned } from './decimal.ts'

/** Write record i's value into `bytes` at `at`; `view` is the same memory. @returns where it ends */
export type Writer = (bytes: Uint8Array, view: DataView, at: number, i: number) => number

/** How a column's values are written, and how much room that takes. */
export interface ValueWriter {
  readonly write: Writer
  /** Octets that one value takes at most, where that does not depend on the value. */
  readonly max: number
  /** Octets that record i's value takes at most, besides `max`; null where `max` says it all. */
  readonly room: ((i: number) => number) | null
}

const QUOTE = 0x22
const HEX = Uint16Array.from({ length: 256 }, (_, octet) => {
  const text = octet.toString(16).padStart(2, '0')
  return text.charCodeAt(0) | (text.charCodeAt(1) << 8)
})
const encoder = new TextEncoder()

/** Prepare the writer of a column's values as JSON. Its memory must stay where it is; `values` of an object column may be replaced. */
export function jsonValue(column: Column): ValueWriter {
  switch (column.kind) {
    case 'time':
      return { write: time(column), max: 20, room: null }
    case 'i64':
      return { write: nanoseconds(column), max: 20, room: null }
    case 'address':
      return { write: address(column), max: 41, room: null }
    case 'text':
      return { write: text(column), max: 4, room: (i) => objectRoom(column, i, 6) }
    case 'bytes':
      return { write: octets(column), max: 4, room: (i) => objectRoom(column, i, 2) }
    case 'list':
    case 'bins':
      return { write: numbers(column), max: 4, room: (i) => objectRoom(column, i, NUMBER_TEXT_MAX + 1) }
    default:
      return number(column)
  }
}

function number(column: NumberColumn): ValueWriter {
  const { data, offset, stride, validity } = column
  let write: Writer, max = NUMBER_TEXT_MAX
  if (column.kind === 'bool') {
    write = (_bytes, view, at, i) => writeBool(view, at, data[offset + i * stride] !== 0)
  } else if (column.kind === 'oneOf') {
    const labels = (column.labels ?? []).map((label) => encoder.encode(JSON.stringify(label)))
    max = Math.max(4, ...labels.map((label) => label.length))
    write = (bytes, view, at, i) => {
      const code = data[offset + i * stride]
      return code < labels.length ? copy(bytes, at, labels[code]) : writeNull(view, at)
    }
  } else if (column.kind === 'u8' || column.kind === 'u16' || column.kind === 'u32') {
    write = (_bytes, view, at, i) => writeUnsigned(view, at, data[offset + i * stride])
  } else {
    write = (_bytes, view, at, i) => writeNumber(view, at, data[offset + i * stride])
  }
  return { write: validity === null ? write : nullable(validity, write), max, room: null }
}

function nullable(validity: Validity, write: Writer): Writer {
  const { data, offset, stride, mask } = validity
  return (bytes, view, at, i) => ((data[offset + i * stride] & mask) === 0 ? writeNull(view, at) : write(bytes, view, at, i))
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
    // JSON has no leading zeros
    if (data[element] === 0) return writeUnsigned(view, at, data[element + 1])
    return writeNine(view, writeUnsigned(view, at, data[element]), data[element + 1])
  }
}

function address({ family, four, six }: AddressColumn): Writer {
  return (bytes, view, at, i) => {
    const is = family.data[family.offset + i * family.stride] & family.mask
    if (is !== family.four && is !== family.six) return writeNull(view, at)
    bytes[at++] = QUOTE
    at = is === family.four ? writeIpv4(bytes, at, four.data, four.offset + i * four.stride) : writeIpv6(bytes, at, six.data, six.offset + i * six.stride)
    bytes[at++] = QUOTE
    return at
  }
}

function text(column: ObjectColumn): Writer {
  return (bytes, view, at, i) => {
    const value = column.values[i] as string | null | undefined
    if (value === null || value === undefined) return writeNull(view, at)
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
}

function octets(column: ObjectColumn): Writer {
  return (bytes, view, at, i) => {
    const value = column.values[i] as Uint8Array | null | undefined
    if (value === null || value === undefined) return writeNull(view, at)
    bytes[at++] = QUOTE
    for (let k = 0; k < value.length; k++, at += 2) view.setUint16(at, HEX[value[k]], true)
    bytes[at++] = QUOTE
    return at
  }
}

function numbers(column: ObjectColumn): Writer {
  return (bytes, view, at, i) => {
    const value = column.values[i] as ArrayLike<number> | null | undefined
    if (value === null || value === undefined) return writeNull(view, at)
    bytes[at++] = 0x5b
    for (let k = 0; k < value.length; k++) {
      if (k !== 0) bytes[at++] = 0x2c
      at = writeNumber(view, at, value[k])
    }
    bytes[at++] = 0x5d
    return at
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

function writeNull(view: DataView, at: number): number {
  view.setUint32(at, NULL, true)
  return at + 4
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

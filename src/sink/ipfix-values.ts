import type { NumberColumn, ObjectColumn, TimeColumn, NanosecondColumn } from '../schema/schema.ts'
import { OWN_PEN } from './ipfix-elements.ts'
import type { Writer } from './value-writer.ts'

const encoder = new TextEncoder()
const HIGH = 2 ** 32
/** Seconds from the epoch of NTP to that of Unix. @source RFC 5905, figure 4 */
const NTP_EPOCH = 2_208_988_800

/** Write whole numbers of so many octets, most significant first. */
export function unsigned({ data, offset, stride }: NumberColumn, octets: number): Writer {
  switch (octets) {
    case 1: return (bytes, _view, at, i) => {
      bytes[at] = data[offset + i * stride]
      return at + 1
    }
    case 2: return (_bytes, view, at, i) => {
      view.setUint16(at, data[offset + i * stride])
      return at + 2
    }
    case 4: return (_bytes, view, at, i) => {
      view.setUint32(at, data[offset + i * stride])
      return at + 4
    }
    default: return (_bytes, view, at, i) => writeUnsigned64(view, at, data[offset + i * stride])
  }
}

function writeUnsigned64(view: DataView, at: number, value: number): number {
  // a setter takes its number modulo 2^32
  view.setUint32(at, Math.floor(value / HIGH))
  view.setUint32(at + 4, value)
  return at + 8
}

export function float({ data, offset, stride }: NumberColumn, octets: 4 | 8): Writer {
  if (octets === 8) return (_bytes, view, at, i) => {
    view.setFloat64(at, data[offset + i * stride])
    return at + 8
  }
  return (_bytes, view, at, i) => {
    view.setFloat32(at, data[offset + i * stride])
    return at + 4
  }
}

/** @source RFC 7011, section 6.1.5: 1 is true, 2 is false */
export function boolean({ data, offset, stride }: NumberColumn): Writer {
  return (bytes, _view, at, i) => {
    bytes[at] = data[offset + i * stride] === 0 ? 2 : 1
    return at + 1
  }
}

/** @source RFC 7011, section 6.1.10: seconds since 1900, modulo 2^32, and a fraction of 2^32, rounded up so that either rounding gives the nanosecond back */
export function ntp({ data, offset, stride }: TimeColumn): Writer {
  return (_bytes, view, at, i) => {
    const element = offset + i * stride
    view.setUint32(at, data[element] + NTP_EPOCH)
    // 2^32 / 10^9, in lowest terms: the product is exact
    view.setUint32(at + 4, Math.ceil((data[element + 1] * 8_388_608) / 1_953_125))
    return at + 8
  }
}

export function milliseconds({ data, offset, stride }: TimeColumn): Writer {
  return (_bytes, view, at, i) => {
    const element = offset + i * stride
    return writeUnsigned64(view, at, data[element] * 1000 + Math.floor(data[element + 1] / 1e6))
  }
}

/** Nanoseconds since 1970 as 64 bits, which no double holds: in two halves. */
export function nanoseconds({ data, offset, stride }: NanosecondColumn): Writer {
  return (_bytes, view, at, i) => {
    const element = offset + i * stride
    const seconds = data[element]
    const upper = (seconds >>> 16) * 1e9
    const lower = (upper % 65_536) * 65_536 + (seconds & 0xffff) * 1e9 + data[element + 1]
    view.setUint32(at, Math.floor(upper / 65_536) + Math.floor(lower / HIGH))
    view.setUint32(at + 4, lower % HIGH)
    return at + 8
  }
}

export function octetsAt({ data, offset, stride }: { readonly data: Uint8Array; readonly offset: number; readonly stride: number }, octets: number): Writer {
  return (bytes, _view, at, i) => {
    const from = offset + i * stride
    for (let k = 0; k < octets; k++) bytes[at + k] = data[from + k]
    return at + octets
  }
}

export function text({ values }: { readonly values: readonly unknown[] }): Writer {
  return (bytes, _view, at, i) => writeText(bytes, at, values[i] as string)
}

export function label({ data, offset, stride, labels = [] }: NumberColumn): Writer {
  return (bytes, _view, at, i) => writeText(bytes, at, labels[data[offset + i * stride]] ?? '')
}

export function octetArray({ values }: ObjectColumn): Writer {
  return (bytes, _view, at, i) => {
    const value = values[i] as Uint8Array
    at = writeLength(bytes, at, value.length)
    bytes.set(value, at)
    return at + value.length
  }
}

/** Numbers as a basicList of elements of our own. @source RFC 6313, section 4.5.1 */
export function basicList({ values }: ObjectColumn, number: number, octets: 1 | 2 | 4 | 8, isFloat: boolean): Writer {
  const ORDERED = 4
  return (bytes, view, at, i) => {
    const value = values[i] as ArrayLike<number>
    at = writeLength(bytes, at, 9 + value.length * octets)
    bytes[at] = ORDERED
    view.setUint16(at + 1, number | 0x8000)
    view.setUint16(at + 3, octets)
    view.setUint32(at + 5, OWN_PEN)
    at += 9
    for (let k = 0; k < value.length; k++, at += octets) {
      if (isFloat) view.setFloat64(at, value[k])
      else if (octets === 8) writeUnsigned64(view, at, value[k])
      else if (octets === 4) view.setUint32(at, value[k])
      else if (octets === 2) view.setUint16(at, value[k])
      else bytes[at] = value[k]
    }
    return at
  }
}

/** @source RFC 7011, section 7: one octet below 255, else 255 and two octets */
function writeLength(bytes: Uint8Array, at: number, length: number): number {
  if (length < 255) {
    bytes[at] = length
    return at + 1
  }
  bytes[at] = 255
  bytes[at + 1] = length >> 8
  bytes[at + 2] = length
  return at + 3
}

/** A string of variable length, in UTF-8. @returns where it ends */
export function writeText(bytes: Uint8Array, at: number, value: string): number {
  const { written } = encoder.encodeInto(value, bytes.subarray(at + 3))
  if (written < 255) bytes.copyWithin(at + 1, at + 3, at + 3 + written)
  return writeLength(bytes, at, written) + written
}

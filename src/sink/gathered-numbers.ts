import type { NanosecondColumn, NumberColumn, NumberData, TimeColumn, Validity } from '../schema/schema.ts'

const HIGH = 2 ** 32

export type NumberKind = NumberColumn['kind'] | 'time' | 'i64'
type Elements = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>

/** Octets of a value. u64, times and whole nanoseconds are 64 bits. */
export const WIDTH_OF: Record<NumberKind, 1 | 2 | 4 | 8> = { u8: 1, u16: 2, u32: 4, u64: 8, i32: 4, i64: 8, f32: 4, f64: 8, bool: 1, oneOf: 1, time: 8 }

/** Numbers of one width. A null's place holds anything. */
export class Numbers {
  readonly kind: NumberKind
  readonly width: 1 | 2 | 4 | 8
  length = 0
  nulls = 0
  /** The memory of all values. */
  octets: Uint8Array<ArrayBuffer>
  present: Uint8Array | null
  /** The same memory; all but doubles as unsigned bits, those of 64 as two elements. */
  private elements: Elements

  constructor(kind: NumberKind, capacity: number, nullable: boolean) {
    this.kind = kind
    this.width = WIDTH_OF[kind]
    this.octets = new Uint8Array(capacity * this.width)
    this.elements = elementsOf(this.octets, kind)
    this.present = nullable ? new Uint8Array(capacity) : null
  }

  clear(): void {
    this.length = this.nulls = 0
  }

  addNumbers(column: NumberColumn, from: number, to: number): void {
    const { data, validity, labels } = column
    if (this.kind === 'u64') {
      for (let i = from, at = this.length; i < to; i++, at++) this.setUnsigned(at, data[column.offset + i * column.stride])
    } else copy(this.elements, this.length, bitsOf(data), column.offset, column.stride, from, to)
    const { present } = this
    if (present !== null) {
      if (validity === null) present.fill(1, this.length, this.length + to - from)
      else showValid(present, this.length, validity, from, to)
      if (this.kind === 'f32' || this.kind === 'f64') hideNoNumbers(present, this.length, data, column, from, to)
      if (labels !== undefined) for (let at = this.length; at < this.length + to - from; at++) if (this.elements[at] >= labels.length) present[at] = 0
      for (let at = this.length; at < this.length + to - from; at++) this.nulls += 1 - present[at]
    }
    this.length += to - from
  }

  /** Seconds and nanoseconds, as nanoseconds. */
  addTimes({ data, offset, stride }: TimeColumn | NanosecondColumn, from: number, to: number): void {
    const words = this.elements as Uint32Array
    for (let i = from, at = this.length * 2; i < to; i++, at += 2) {
      const seconds = data[offset + i * stride]
      // the product has more bits than a double: in two halves
      const upper = (seconds >>> 16) * 1e9
      const lower = (upper % 65_536) * 65_536 + (seconds & 0xffff) * 1e9 + data[offset + i * stride + 1]
      words[at] = lower
      words[at + 1] = Math.floor(upper / 65_536) + Math.floor(lower / HIGH)
    }
    this.length += to - from
  }

  /** Numbers of a list; what is none is null. */
  addItems(items: ArrayLike<number>): void {
    if (this.length + items.length > this.octets.length / this.width) this.grow(this.length + items.length)
    const { elements, present } = this
    for (let k = 0; k < items.length; k++) {
      const value = items[k], at = this.length++
      if (this.kind === 'u64') this.setUnsigned(at, value)
      else elements[at] = value
      if (present === null) continue
      present[at] = value - value === 0 ? 1 : 0
      this.nulls += 1 - present[at]
    }
  }

  private setUnsigned(at: number, value: number): void {
    this.elements[at * 2] = value
    this.elements[at * 2 + 1] = Math.floor(value / HIGH)
  }

  private grow(needed: number): void {
    const { octets, present } = this
    this.octets = new Uint8Array(needed * 2 * this.width)
    this.octets.set(octets)
    this.elements = elementsOf(this.octets, this.kind)
    if (present === null) return
    this.present = new Uint8Array(needed * 2)
    this.present.set(present)
  }
}

function elementsOf({ buffer }: Uint8Array<ArrayBuffer>, kind: NumberKind): Elements {
  if (kind === 'f64') return new Float64Array(buffer)
  switch (WIDTH_OF[kind]) {
    case 1: return new Uint8Array(buffer)
    case 2: return new Uint16Array(buffer)
    default: return new Uint32Array(buffer)
  }
}

/** Signed integers and floats as their bits: the loop that copies sees four kinds of arrays, which V8 can still tell apart quickly. */
function bitsOf(data: NumberData): NumberData {
  return data instanceof Int32Array || data instanceof Float32Array ? new Uint32Array(data.buffer, data.byteOffset, data.length) : data
}

function copy(into: NumberData, at: number, data: NumberData, offset: number, stride: number, from: number, to: number): void {
  for (let i = from; i < to; i++) into[at++] = data[offset + i * stride]
}

function showValid(present: Uint8Array, at: number, { data, offset, stride, mask }: Validity, from: number, to: number): void {
  for (let i = from; i < to; i++) present[at++] = (data[offset + i * stride] & mask) === 0 ? 0 : 1
}

function hideNoNumbers(present: Uint8Array, at: number, data: NumberData, { offset, stride }: NumberColumn, from: number, to: number): void {
  for (let i = from; i < to; i++, at++) {
    const value = data[offset + i * stride]
    // NaN and the infinities
    if (value - value !== 0) present[at] = 0
  }
}

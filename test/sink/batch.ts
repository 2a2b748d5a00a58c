import { parseAddress } from '../../src/packet/address.ts'
import type { Batch, Column, ColumnInfo, Kind, NumberColumn, NumberData, Validity } from '../../src/schema/schema.ts'

/** A column and its values as a record has them; `time` and `i64` as pairs of seconds and nanoseconds. */
export interface Given {
  readonly name: string
  readonly kind: Kind
  readonly values: readonly unknown[]
  readonly labels?: readonly string[]
  readonly nan?: boolean
  readonly of?: ColumnInfo['of']
  readonly ie?: string
  readonly side?: ColumnInfo['side']
}

const ARRAYS: Record<NumberColumn['kind'], new (length: number) => NumberData> = {
  u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, u64: Float64Array, i32: Int32Array, f32: Float32Array, f64: Float64Array, bool: Uint8Array, oneOf: Uint8Array,
}

/** A batch made by hand, with memory laid out as rows: values lie `stride` apart, what is between is filled with nonsense. */
export function batchOf(columns: readonly Given[], { id = 1, offset = 3, stride = 5 } = {}): Batch {
  const length = columns[0]?.values.length ?? 0
  return { id, length, columns: columns.map((column) => columnOf(column, length, offset, stride)) }
}

function columnOf(given: Given, length: number, offset: number, stride: number): Column {
  const { name, kind, values, labels, nan = false, of, ie, side } = given
  const info: Omit<ColumnInfo, 'kind'> = { name, chain: 'test', doc: 'A value', nullable: values.includes(null), ...(labels && { labels }), ...(of && { of }), ...(ie && { ie }), ...(side && { side }) }
  const elements = offset + (length + 1) * stride
  switch (kind) {
    case 'text': case 'bytes': case 'list': case 'bins':
      return { ...info, kind, values }
    case 'time': case 'i64': {
      const data = new Uint32Array(elements).fill(0x99999999)
      values.forEach((value, i) => data.set(value as number[], offset + i * stride))
      return { ...info, kind, data, offset, stride }
    }
    case 'address': {
      const octets = Uint8Array.from({ length: elements * 16 }, (_, i) => i)
      // the bits beside the mask are somebody else's
      const family = new Uint8Array(elements).fill(0xf0)
      values.forEach((value, i) => {
        const address = value === null ? null : parseAddress(value as string)
        family[offset + i * stride] |= address === null ? 0 : address.length === 4 ? 4 : 6
        if (address !== null) octets.set(address, (offset + i * stride) * 16)
      })
      const place = { data: octets, offset: offset * 16, stride: stride * 16 }
      return { ...info, kind, family: { data: family, offset, stride, mask: 0x0f, four: 4, six: 6 }, four: place, six: place }
    }
    default: {
      const data = new ARRAYS[kind](elements).fill(77)
      values.forEach((value, i) => (data[offset + i * stride] = code(value, labels, nan)))
      return { ...info, kind, data, offset, stride, nan, validity: info.nullable && !nan ? validityOf(values, offset, stride) : null }
    }
  }
}

function code(value: unknown, labels: readonly string[] | undefined, nan: boolean): number {
  if (value === null) return nan ? Number.NaN : 123
  return typeof value === 'string' ? labels!.indexOf(value) : Number(value)
}

function validityOf(values: readonly unknown[], offset: number, stride: number): Validity {
  const data = new Uint8Array(offset + (values.length + 1) * stride).fill(0b1101_1111)
  values.forEach((value, i) => (data[offset + i * stride] |= value === null ? 0 : 0b0010_0000))
  return { data, offset, stride, mask: 0b0010_0000 }
}

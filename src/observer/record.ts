import { ipText } from '../packet/address.ts'
import type { Batch, Column, Schema } from '../schema/schema.ts'

type Reader = (i: number) => unknown

/** Makes plain objects of a batch's records, to keep. */
export class RecordMaker {
  private readonly names: readonly string[]
  /** A copy of an object that has all names keeps V8's fast shape; adding many names one by one does not. */
  private readonly template: Readonly<Record<string, unknown>>
  private readonly readers = new Map<number, readonly Reader[]>()

  constructor(schema: Schema) {
    this.names = schema.columns.map((column) => column.name)
    this.template = Object.fromEntries(this.names.map((name) => [name, null]))
  }

  make(batch: Batch, i: number): Record<string, unknown> {
    let readers = this.readers.get(batch.id)
    if (readers === undefined) this.readers.set(batch.id, (readers = batch.columns.map(reader)))
    const record: Record<string, unknown> = { ...this.template }
    for (let c = 0; c < readers.length; c++) record[this.names[c]] = readers[c](i)
    return record
  }
}

/** How to read one value of a column as what a record holds. */
function reader(column: Column): Reader {
  switch (column.kind) {
    case 'time': {
      const { data, offset, stride } = column
      return (i) => data[offset + i * stride] + data[offset + i * stride + 1] / 1e9
    }
    case 'i64': {
      const { data, offset, stride } = column
      return (i) => BigInt(data[offset + i * stride]) * 1_000_000_000n + BigInt(data[offset + i * stride + 1])
    }
    case 'address': {
      const { family, four, six } = column
      return (i) => {
        const code = family.data[family.offset + i * family.stride] & family.mask
        if (code === family.four) return ipText(four.data, four.offset + i * four.stride, 4)
        return code === family.six ? ipText(six.data, six.offset + i * six.stride, 6) : null
      }
    }
    case 'text':
    case 'bytes':
    case 'list':
    case 'bins': {
      const { values } = column
      return (i) => values[i]
    }
    default: {
      const { data, offset, stride, validity, nan, kind, labels } = column
      const read: Reader = kind === 'bool' ? (i) => data[offset + i * stride] !== 0 : kind === 'oneOf' ? (i) => labels![data[offset + i * stride]] : (i) => data[offset + i * stride]
      if (nan) return (i) => (Number.isNaN(data[offset + i * stride]) ? null : data[offset + i * stride])
      if (validity === null) return read
      return (i) => ((validity.data[validity.offset + i * validity.stride] & validity.mask) === 0 ? null : read(i))
    }
  }
}

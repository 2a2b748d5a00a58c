import type { Batch, Column, Schema, Sink } from '../../src/index.ts'
import { ipText } from '../../src/packet/address.ts'

/** Reads columns as `Batch` says they lie, one value at a time, and keeps what it read as objects. */
export class KeepingSink implements Sink {
  schema: Schema | null = null
  readonly records: Record<string, unknown>[] = []
  closed = 0

  open(schema: Schema): void {
    this.schema = schema
  }

  write({ length, columns }: Batch): void {
    for (let i = 0; i < length; i++) this.records.push(Object.fromEntries(columns.map((column) => [column.name, valueAt(column, i)])))
  }

  close(): void {
    this.closed++
  }
}

function valueAt(column: Column, i: number): unknown {
  switch (column.kind) {
    case 'time': return column.data[column.offset + i * column.stride] + column.data[column.offset + i * column.stride + 1] / 1e9
    case 'i64': return BigInt(column.data[column.offset + i * column.stride]) * 10n ** 9n + BigInt(column.data[column.offset + i * column.stride + 1])
    case 'address': {
      const { family, four, six } = column
      const code = family.data[family.offset + i * family.stride] & family.mask
      if (code === 0) return null
      return code === family.four ? ipText(four.data, four.offset + i * four.stride, 4) : ipText(six.data, six.offset + i * six.stride, 6)
    }
    case 'text': case 'bytes': case 'list': case 'bins': return column.values[i]
    default: {
      const { validity } = column
      if (validity !== null && (validity.data[validity.offset + i * validity.stride] & validity.mask) === 0) return null
      const value = column.data[column.offset + i * column.stride]
      if (column.nan && Number.isNaN(value)) return null
      return column.kind === 'bool' ? value === 1 : column.kind === 'oneOf' ? column.labels![value] : value
    }
  }
}

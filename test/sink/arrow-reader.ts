import { DataType, tableFromIPC, type Vector } from 'apache-arrow'

import type { Reader } from './records.ts'

/** A file or a stream, read by the library's own reader. */
export const arrowRecords: Reader = (octets) => {
  const table = tableFromIPC(octets)
  const columns = table.schema.fields.map((_, k) => textsOf(table.getChildAt(k)!))
  return Array.from({ length: table.numRows }, (_, i) => columns.map((texts) => texts[i]))
}

/** The text of each value. Those of 64 bits are looked at as they lie: the library gives times as doubles of milliseconds. */
function textsOf(vector: Vector): (string | null)[] {
  return vector.data.flatMap((data) => Array.from({ length: data.length }, (_, i): string | null => {
    if (!data.getValid(i)) return null
    const { type } = data
    if (DataType.isTimestamp(type)) {
      const nanoseconds = (data.values as BigInt64Array)[i]
      return `${nanoseconds / 1_000_000_000n}.${String(nanoseconds % 1_000_000_000n).padStart(9, '0')}`
    }
    if (DataType.isList(type)) {
      const offsets = data.valueOffsets as Int32Array
      return `[${textsOf(vectorOf(vector, data.children[0])).slice(offsets[i], offsets[i + 1]).map((text) => text ?? 'null').join(',')}]`
    }
    const value: unknown = vectorOf(vector, data).get(i)
    return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value)
  }))
}

function vectorOf(vector: Vector, data: Vector['data'][number]): Vector {
  return new (vector.constructor as new (data: readonly unknown[]) => Vector)([data])
}

/**
 * DuckDB's own appender as a sink, to compare with, and the table is in a file. By data chunks whose vectors are written as memory (`vectors`: as fast as can
 * be, through what the package does not document), or of values (`chunks`). By rows it takes six times as long.
 */
import * as duckdb from '@duckdb/node-api'

const TYPES = {
  u8: duckdb.UTINYINT, u16: duckdb.USMALLINT, u32: duckdb.UINTEGER, u64: duckdb.UBIGINT, i32: duckdb.INTEGER, i64: duckdb.BIGINT, f32: duckdb.FLOAT, f64: duckdb.DOUBLE,
  bool: duckdb.BOOLEAN, time: duckdb.TIMESTAMP_NS, address: duckdb.VARCHAR, text: duckdb.VARCHAR, oneOf: duckdb.VARCHAR, bytes: duckdb.BLOB, bins: duckdb.LIST(duckdb.UBIGINT),
}
const typeOf = ({ kind, of = 'f64' }) => (kind === 'list' ? duckdb.LIST(TYPES[of]) : TYPES[kind])

export function appender(path, way) {
  let instance, connection, into, types
  return {
    async open({ columns }) {
      types = columns.map(typeOf)
      instance = await duckdb.DuckDBInstance.create(path)
      connection = await instance.connect()
      await connection.run(`CREATE TABLE flows (${columns.map(({ name }, k) => `"${name}" ${types[k]}`).join(', ')})`)
      into = await connection.createAppender('flows')
    },
    write({ columns, length }) {
      if (way === 'vectors') return into.appendDataChunk(filled(columns, length, types))
      const chunk = duckdb.DuckDBDataChunk.create(types, length)
      columns.forEach((column, k) => chunk.setColumnValues(k, valuesOf(column, length)))
      into.appendDataChunk(chunk)
    },
    async close() {
      into.closeSync()
      connection.closeSync()
      instance.closeSync()
    },
  }
}

function filled(columns, length, types) {
  const chunk = duckdb.DuckDBDataChunk.create(types, length)
  columns.forEach((column, k) => {
    const { kind, data, offset, stride, validity } = column
    if (!('data' in column) || kind === 'oneOf' || kind === 'bool') return chunk.setColumnValues(k, valuesOf(column, length))
    const vector = chunk.getColumnVector(k)
    const { items } = vector
    if (kind === 'time' || kind === 'i64' || kind === 'u64') {
      const words = new Uint32Array(items.buffer, items.byteOffset, length * 2)
      for (let i = 0; i < length; i++) {
        const value = data[offset + i * stride]
        const upper = kind === 'u64' ? 0 : (value >>> 16) * 1e9
        const lower = kind === 'u64' ? value : (upper % 65_536) * 65_536 + (value & 0xffff) * 1e9 + data[offset + i * stride + 1]
        words[i * 2] = lower
        words[i * 2 + 1] = Math.floor(upper / 65_536) + Math.floor(lower / 2 ** 32)
      }
    } else for (let i = 0; i < length; i++) items[i] = data[offset + i * stride]
    if (validity) {
      for (let i = 0; i < length; i++) if ((validity.data[validity.offset + i * validity.stride] & validity.mask) === 0) vector.setItem(i, null)
    } else if (kind === 'f64' || kind === 'f32') for (let i = 0; i < length; i++) if (Number.isNaN(items[i])) vector.setItem(i, null)
    vector.flush()
  })
  return chunk
}

/** As the appender takes them. */
function valuesOf(column, length) {
  const { kind, data, offset, stride, validity, labels } = column
  const each = (value) => Array.from({ length }, (_, i) => (validity && (validity.data[validity.offset + i * validity.stride] & validity.mask) === 0 ? null : value(i)))
  switch (kind) {
    case 'time': return each((i) => new duckdb.DuckDBTimestampNanosecondsValue(BigInt(data[offset + i * stride]) * 1_000_000_000n + BigInt(data[offset + i * stride + 1])))
    case 'i64': return each((i) => BigInt(data[offset + i * stride]) * 1_000_000_000n + BigInt(data[offset + i * stride + 1]))
    case 'u64': return each((i) => BigInt(data[offset + i * stride]))
    case 'bool': return each((i) => data[offset + i * stride] !== 0)
    case 'oneOf': return each((i) => labels[data[offset + i * stride]])
    case 'address': return each((i) => address(column, i))
    case 'text': return each((i) => column.values[i])
    case 'bytes': return each((i) => (column.values[i] === null ? null : new duckdb.DuckDBBlobValue(column.values[i])))
    case 'bins': return each((i) => (column.values[i] === null ? null : duckdb.listValue(Array.from(column.values[i], BigInt))))
    case 'list': return each((i) => (column.values[i] === null ? null : duckdb.listValue(column.values[i])))
    default: return each((i) => (Number.isNaN(data[offset + i * stride]) ? null : data[offset + i * stride]))
  }
}

function address({ family, four, six }, i) {
  const is = family.data[family.offset + i * family.stride] & family.mask
  if (is === family.four) return four.data.subarray(four.offset + i * four.stride, four.offset + i * four.stride + 4).join('.')
  if (is !== family.six) return null
  // as a text of the same length: how IPv6 is written is not what is compared here
  return Buffer.from(six.data.buffer, six.data.byteOffset + six.offset + i * six.stride, 16).toString('hex')
}

import type { Compiled, Placed } from '../chain/compile.ts'
import { internalsOf } from '../chain/define.ts'
import { WIDTH_OF, type Slot } from '../chain/layout.ts'
import type { Pool } from '../chain/mark.ts'
import type { Column, ColumnInfo, NumberColumn, NumberData } from '../schema/schema.ts'

/** Rows of a batch, by width of element. `stride`: words of a row; `start`: words in front of the first. */
export interface RowMemory {
  readonly i32: Int32Array
  readonly u32: Uint32Array
  readonly f64: Float64Array
  readonly f32: Float32Array
  readonly u16: Uint16Array
  readonly u8: Uint8Array
  readonly stride: number
  readonly start: number
}

/** Values that are taken out of the row when it is copied. */
export interface Taken {
  readonly values: unknown[]
  take(record: number, pool: Pool): unknown
}

/** Octet in the row of an element of a chain, by its width and index; `side`: 0 forward, 1 reverse, null a field of the flow. */
function octetOf(width: 1 | 2 | 4 | 8, index: number, placed: Placed, compiled: Compiled, side: 0 | 1 | null): number {
  if (side === null) return (placed.flow[width] + index) * width
  return (compiled.sideStart + side * compiled.sideStride) * 8 + (placed.side[width] + index) * width
}

/** The column of a chain's own field. Values that are objects are added to `taken`. */
export function fieldColumn(info: ColumnInfo, placed: Placed, compiled: Compiled, memory: RowMemory, taken: Taken[]): Column {
  const side = info.side === undefined ? null : info.side === 'fwd' ? 0 : 1
  const { layout } = internalsOf(placed.chain)
  const name = side === null ? info.name : info.name.slice(0, -4)
  const slot = (side === null ? layout.flow : layout.side).slots.find((each) => each.name === name)!
  const at = (width: 1 | 2 | 4 | 8, index = slot.index): number => (memory.start * 4 + octetOf(width, index, placed, compiled, side)) / width
  const rowOctets = memory.stride * 4
  const keep = (kind: 'text' | 'bytes' | 'list' | 'bins', take: Taken['take']): Column => {
    const values: unknown[] = []
    const { valid } = slot
    const isThere = (record: number): boolean => valid === null || (memory.u8[at(1, valid.index) + record * rowOctets] & valid.mask) !== 0
    taken.push({ values, take: (record, pool) => (isThere(record) ? take(record, pool) : null) })
    return { ...info, kind, values }
  }
  switch (slot.kind) {
    case 'text':
    case 'bytes':
      return keep(slot.kind, (record, pool) => pool.get(memory.u32[at(4) + record * memory.stride]))
    case 'bins':
      return keep('bins', (record) => Array.from(memory.u32.subarray(at(4) + record * memory.stride, at(4) + record * memory.stride + slot.max)))
    case 'list': {
      const kind = slot.of ?? 'u32'
      const width = WIDTH_OF[kind]
      return keep('list', (record) => {
        const start = at(width) + (record * rowOctets) / width
        return Array.from(memory[kind].subarray(start, start + memory.u16[at(2, slot.second) + (record * rowOctets) / 2]))
      })
    }
    case 'address':
      return {
        ...info, kind: 'address',
        family: { data: memory.u8, offset: at(1, slot.second), stride: rowOctets, mask: 0xff, four: 4, six: 6 },
        four: { data: memory.u8, offset: at(4) * 4, stride: rowOctets },
        six: { data: memory.u8, offset: at(4) * 4, stride: rowOctets },
      }
    default: {
      const [data, width] = storage(slot.kind, memory)
      const validity = slot.valid === null ? null : { data: memory.u8, offset: at(1, slot.valid.index), stride: rowOctets, mask: slot.valid.mask }
      return { ...info, kind: slot.kind as NumberColumn['kind'], data, offset: at(width), stride: rowOctets / width, validity, nan: slot.nan }
    }
  }
}

function storage(kind: Slot['kind'], memory: RowMemory): [NumberData, 1 | 2 | 4 | 8] {
  switch (kind) {
    case 'u64':
    case 'f64': return [memory.f64, 8]
    case 'u32': return [memory.u32, 4]
    case 'i32': return [memory.i32, 4]
    case 'f32': return [memory.f32, 4]
    case 'u16': return [memory.u16, 2]
    default: return [memory.u8, 1]
  }
}

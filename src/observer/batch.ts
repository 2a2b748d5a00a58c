import type { Compiled } from '../chain/compile.ts'
import { RECORD_COLUMNS } from '../chain/columns.ts'
import type { Pool } from '../chain/mark.ts'
import { FAMILY_SHIFT } from '../flow/key.ts'
import { DESCRIBED, FIRST, FLAGS_OCTET, FLAG_PORTS, KEY, LAST, NUMBER, PART, REASON_OCTET, SOURCE } from '../flow/row.ts'
import type { FlowTable } from '../flow/table.ts'
import type { AddressColumn, Batch, Column, ColumnInfo, NumberColumn, ObjectColumn } from '../schema/schema.ts'
import { fieldColumn, type RowMemory, type Taken } from './field-column.ts'

/** Records in a batch at most: few enough to stay in the processor's second cache until they are written. */
export const CAPACITY = 1024
let nextId = 1

/** No two batches of a process have the same. */
export function newBatchId(): number {
  return nextId++
}

/**
 * Finished records: copies of their rows, one behind the other. A column is a stride through them, so nothing is turned round; what a
 * row holds by number (strings, lists) is taken out beside it.
 */
export class RecordBatch implements Batch {
  length = 0
  readonly columns: readonly Column[]
  readonly id = newBatchId()

  private readonly stride: number
  private readonly memory: RowMemory
  private readonly addresses = new Int32Array(CAPACITY * 8)
  private readonly durations: Float64Array | null
  private readonly sources: (string | null)[] | null
  private readonly taken: readonly Taken[]
  private readonly described: boolean
  private readonly pool: Pool

  /** @param memory room for `CAPACITY` rows */
  constructor(compiled: Compiled, pool: Pool, described: boolean, memory: RowMemory) {
    this.stride = memory.stride
    this.memory = memory
    this.pool = pool
    this.described = described
    this.sources = shows(compiled, 'source') ? [] : null
    const infos = compiled.schema.columns
    this.durations = shows(compiled, 'duration') ? new Float64Array(CAPACITY) : null
    const taken: Taken[] = []
    const columns = new Map<string, Column>()
    for (const placed of compiled.chains) {
      for (const info of placed.chain.columns) {
        const property = flowProperty(placed.chain, info.name)
        columns.set(info.name, property === null ? fieldColumn(info, placed, compiled, this.memory, taken) : this.flowColumn(info, property))
      }
    }
    const [first, last, reason] = RECORD_COLUMNS
    columns.set('first', { ...first, kind: 'time', data: memory.u32, offset: memory.start + FIRST, stride: this.stride })
    columns.set('last', { ...last, kind: 'time', data: memory.u32, offset: memory.start + LAST, stride: this.stride })
    columns.set('end_reason', { ...reason, kind: 'oneOf', data: memory.u8, offset: memory.start * 4 + REASON_OCTET, stride: this.stride * 4, validity: null, nan: false })
    this.columns = infos.map((info) => columns.get(info.name)!)
    this.taken = taken
  }

  get full(): boolean {
    return this.length === CAPACITY
  }

  /** Copy a row, as it is; the batch must not be full. */
  append(table: FlowTable, row: number, reason: number, sourceNames: readonly string[]): void {
    const { memory, stride } = this
    const i = this.length++
    const to = memory.start + i * stride
    const from = row * stride
    // within one buffer a row is copied at once, however long it is
    if (memory.i32 === table.i32) table.i32.copyWithin(to, from, from + stride)
    else memory.i32.set(table.i32.subarray(from, from + stride), to)
    memory.u8[to * 4 + REASON_OCTET] = reason
    const family = (memory.i32[to + (this.described ? DESCRIBED : KEY) + 3] >> FAMILY_SHIFT) & 3
    if (family === 2) for (let word = 0; word < 8; word++) this.addresses[i * 8 + word] = table.addresses[row * 8 + word]
    if (this.durations !== null) {
      const { u32 } = memory
      this.durations[i] = u32[to + LAST] - u32[to + FIRST] + (u32[to + LAST + 1] - u32[to + FIRST + 1]) / 1e9
    }
    if (this.sources !== null) this.sources[i] = sourceNames[memory.u32[to + SOURCE]]
    const { taken } = this
    for (let column = 0; column < taken.length; column++) taken[column].values[i] = taken[column].take(i, this.pool)
  }

  clear(): void {
    this.length = 0
  }

  /** A column of what every row's core holds. */
  private flowColumn(info: ColumnInfo, property: string): Column {
    const { memory, stride } = this
    const { start } = memory
    const key = start + (this.described ? DESCRIBED : KEY)
    const number = (data: NumberColumn['data'], offset: number, width: number, validity: NumberColumn['validity'] = null): NumberColumn =>
      ({ ...info, kind: info.kind as NumberColumn['kind'], data, offset, stride: (stride * 4) / width, validity, nan: false })
    const ports = { data: memory.u8, offset: start * 4 + FLAGS_OCTET, stride: stride * 4, mask: FLAG_PORTS }
    switch (property) {
      case 'sourceAddress': return this.addressColumn(info, key, 0)
      case 'destinationAddress': return this.addressColumn(info, key, 1)
      // rows are written in the byte order of the machine: little-endian, so the low half comes first
      case 'protocol': return number(memory.u8, (key + 3) * 4, 1)
      case 'sourcePort': return number(memory.u16, (key + 2) * 2 + 1, 2, ports)
      case 'destinationPort': return number(memory.u16, (key + 2) * 2, 2, ports)
      case 'number': return number(memory.f64, (start + NUMBER) / 2, 8)
      case 'part': return number(memory.u32, start + PART, 4)
      case 'duration': return { ...info, kind: 'f64', data: this.durations!, offset: 0, stride: 1, validity: null, nan: false }
      case 'source': return { ...info, kind: 'text', values: this.sources! } satisfies ObjectColumn
      default: return { ...info, kind: 'i64', data: memory.u32, offset: start + (property === 'firstNanoseconds' ? FIRST : LAST), stride }
    }
  }

  private addressColumn(info: ColumnInfo, key: number, end: 0 | 1): AddressColumn {
    const { u8 } = this.memory
    const stride = this.stride * 4
    return {
      ...info, kind: 'address',
      family: { data: u8, offset: (key + 3) * 4 + 1, stride, mask: 3, four: 1, six: 2 },
      four: { data: u8, offset: (key + end) * 4, stride },
      six: { data: new Uint8Array(this.addresses.buffer), offset: end * 16, stride: 32 },
    }
  }
}

/** What of every row's core a chain's field shows; null for a field of its own. */
export function flowProperty(chain: Compiled['chains'][number]['chain'], name: string): string | null {
  const field = (chain as unknown as { fields: Record<string, { kind: string; from?: string } | undefined> }).fields[name]
  return field?.kind === 'flow' ? field.from! : null
}

function shows(compiled: Compiled, ...properties: string[]): boolean {
  return compiled.chains.some(({ chain }) => chain.columns.some((column) => properties.includes(flowProperty(chain, column.name) ?? '')))
}

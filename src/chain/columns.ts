import type { ColumnInfo, Kind } from '../schema/schema.ts'
import type { Field, FlowProperty } from './field.ts'
import type { AnyField, Fields } from './types.ts'

/** Kind of the column that shows what the observer knows of the flow. */
const KIND_OF_PROPERTY: Record<FlowProperty, Kind> = {
  sourceAddress: 'address', destinationAddress: 'address', protocol: 'u8', sourcePort: 'u16', destinationPort: 'u16',
  number: 'u64', part: 'u32', duration: 'f64', source: 'text', firstNanoseconds: 'i64', lastNanoseconds: 'i64',
}

/** The columns a chain adds to the record: its fields in order, then those of the sides, forward before reverse. */
export function columnsOf(chain: string, fields: Fields, directional: Fields): ColumnInfo[] {
  const columns: ColumnInfo[] = []
  for (const [name, field] of Object.entries(fields)) {
    if (isShown(field)) columns.push(column(chain, name, field))
  }
  for (const [name, field] of Object.entries(directional)) {
    if (!isShown(field)) continue
    columns.push({ ...column(chain, `${name}_fwd`, field), side: 'fwd' })
    columns.push({ ...column(chain, `${name}_rev`, field), side: 'rev' })
  }
  return columns
}

function isShown(field: AnyField): field is Field<unknown> {
  return field.internal !== true
}

function column(chain: string, name: string, field: Field<unknown>): ColumnInfo {
  const kind = field.kind === 'flow' ? KIND_OF_PROPERTY[field.from!] : (field.kind as Kind)
  const { doc, unit, ie, rfc, showsAddresses } = field.info
  return {
    name, kind, chain, doc, nullable: field.nullable,
    ...(unit !== undefined && { unit }), ...(ie !== undefined && { ie }), ...(rfc !== undefined && { rfc }), ...(showsAddresses === true && { showsAddresses }),
    ...(field.of !== undefined && { of: field.of }), ...(field.max !== undefined && { max: field.max }), ...(field.labels !== undefined && { labels: field.labels }),
  }
}

/** The columns that every record has. */
export const RECORD_COLUMNS: readonly ColumnInfo[] = [
  { name: 'first', kind: 'time', chain: 'record', nullable: false, doc: 'Time of the first packet: the least time stamp', unit: 'seconds', ie: 'flowStartNanoseconds' },
  { name: 'last', kind: 'time', chain: 'record', nullable: false, doc: 'Time of the last packet: the greatest time stamp', unit: 'seconds', ie: 'flowEndNanoseconds' },
  {
    name: 'end_reason', kind: 'oneOf', chain: 'record', nullable: false, labels: ['', 'idle', 'active', 'end', 'forced', 'resources'],
    doc: 'Why the record ended: silence, the active timeout, a chain completed the flow, the observation ended or was flushed, the table was full', ie: 'flowEndReason', rfc: 'RFC 7012',
  },
]

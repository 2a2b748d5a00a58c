import type { AddressColumn, Column, ColumnInfo, NumberColumn, ObjectColumn } from '../schema/schema.ts'
import { ADDRESS_ELEMENTS, BASIC_LIST, DataType, OWN_PEN, type OwnElements, REVERSE_PEN, TIME_ELEMENTS, TURNED, UNSIGNED_ELEMENTS, VARIABLE } from './ipfix-elements.ts'
import * as value from './ipfix-values.ts'
import type { Writer } from './value-writer.ts'

/** One field of a template. */
export interface Specifier {
  readonly number: number
  /** 0 for IANA's. */
  readonly pen: number
  readonly octets: number
}

/** One way of writing a column: the fields that it takes in a template, and what writes them. */
export interface Variant {
  readonly specifiers: readonly Specifier[]
  readonly write: Writer
  /** Octets at most, objects apart. */
  readonly max: number
  readonly room: ((i: number) => number) | null
}

export interface Field {
  readonly variants: readonly Variant[]
  /** Which variant record i takes, from 1; 0 where it has no value, and so no field. Null where there is one variant, always. */
  readonly choose: ((i: number) => number) | null
}

/** Which records are made of one: a biflow, or each direction as a flow. */
export type View = 'both' | 'fwd' | 'rev'

/** The fields of the columns; of an element that is taken already, the later column gets one of our own. */
export function fieldsOf(columns: readonly Column[], view: View, own: OwnElements): readonly Field[] {
  const taken = new Set<string>()
  const shown = columns.filter(({ side }) => view === 'both' || side === undefined || side === view)
  return shown.map((column) => {
    const { ie: name } = column
    const ie = name !== undefined && view === 'rev' ? (TURNED[name] ?? name) : name
    const pen = view === 'both' && column.side === 'rev' ? REVERSE_PEN : 0
    const key = `${pen}.${ie}`
    const isTaken = ie === undefined || taken.has(key)
    taken.add(key)
    return fieldOf(column, isTaken ? undefined : ie, pen, view === 'both' || column.side === undefined ? column.name : column.name.replace(/_(fwd|rev)$/, ''), own)
  })
}

function fieldOf(column: Column, ie: string | undefined, pen: number, name: string, own: OwnElements): Field {
  const ours = (type: DataType, octets: number, called = name): Specifier => ({ number: own.number(called, type, column), pen: OWN_PEN, octets })
  switch (column.kind) {
    case 'time': {
      const [nanoseconds, milliseconds] = (ie === undefined ? undefined : TIME_ELEMENTS[ie]) ?? []
      const fine = value.ntp(column)
      if (nanoseconds === undefined || milliseconds === undefined) return always({ specifiers: [ours(DataType.dateTimeNanoseconds, 8)], write: fine, max: 8, room: null })
      const coarse = value.milliseconds(column)
      return always({
        specifiers: [{ number: nanoseconds, pen, octets: 8 }, { number: milliseconds, pen, octets: 8 }],
        write: (bytes, view, at, i) => coarse(bytes, view, fine(bytes, view, at, i), i), max: 16, room: null,
      })
    }
    case 'i64':
      return always({ specifiers: [ours(DataType.unsigned64, 8)], write: value.nanoseconds(column), max: 8, room: null })
    case 'address':
      return addressField(column, ie, pen, name, ours)
    case 'text':
      return object(column, ours(DataType.string, VARIABLE), value.text(column), 3)
    case 'bytes':
      return object(column, ours(DataType.octetArray, VARIABLE), value.octetArray(column), 1)
    case 'list':
    case 'bins': {
      const [type, octets] = elementOf(column)
      const number = own.number(name, type, column)
      return object(column, { number: BASIC_LIST, pen: 0, octets: VARIABLE }, value.basicList(column, number, octets, type === DataType.float64), octets)
    }
    default:
      return numberField(column, ie, pen, ours)
  }
}

function addressField({ family, four, six }: AddressColumn, ie: string | undefined, pen: number, name: string, ours: (type: DataType, octets: number, called: string) => Specifier): Field {
  const known = ie === undefined ? undefined : ADDRESS_ELEMENTS[ie]
  return {
    variants: [
      { specifiers: [known === undefined ? ours(DataType.ipv4Address, 4, `${name}_4`) : { number: known[0], pen, octets: 4 }], write: value.octetsAt(four, 4), max: 4, room: null },
      { specifiers: [known === undefined ? ours(DataType.ipv6Address, 16, `${name}_6`) : { number: known[1], pen, octets: 16 }], write: value.octetsAt(six, 16), max: 16, room: null },
    ],
    choose(i) {
      const is = family.data[family.offset + i * family.stride] & family.mask
      return is === family.four ? 1 : is === family.six ? 2 : 0
    },
  }
}

const UNSIGNED: Partial<Record<ColumnInfo['kind'], [DataType, 1 | 2 | 4 | 8]>> = {
  u8: [DataType.unsigned8, 1], u16: [DataType.unsigned16, 2], u32: [DataType.unsigned32, 4], u64: [DataType.unsigned64, 8], oneOf: [DataType.unsigned8, 1],
}

function numberField(column: NumberColumn, ie: string | undefined, pen: number, ours: (type: DataType, octets: number) => Specifier): Field {
  const known = ie === undefined ? undefined : UNSIGNED_ELEMENTS[ie]
  const whole = UNSIGNED[column.kind]
  const { data, offset, stride, labels = [] } = column
  if (known !== undefined && whole !== undefined && whole[1] <= known[1]) {
    // RFC 7011, section 6.2: whole numbers may be sent in fewer octets, but some collectors would rather they were not
    const octets = known[1] as 1 | 2 | 4 | 8
    return sometimes(column, { specifiers: [{ number: known[0], pen, octets }], write: value.unsigned(column, octets), max: octets, room: null })
  }
  switch (column.kind) {
    case 'bool': return sometimes(column, { specifiers: [ours(DataType.boolean, 1)], write: value.boolean(column), max: 1, room: null })
    case 'f32': return sometimes(column, { specifiers: [ours(DataType.float32, 4)], write: value.float(column, 4), max: 4, room: null })
    case 'f64': return sometimes(column, { specifiers: [ours(DataType.float64, 8)], write: value.float(column, 8), max: 8, room: null })
    case 'i32': return sometimes(column, { specifiers: [ours(DataType.signed32, 4)], write: value.unsigned(column, 4), max: 4, room: null })
    case 'oneOf': {
      const longest = Math.max(0, ...labels.map((label) => label.length)) * 3
      const field = sometimes(column, { specifiers: [ours(DataType.string, VARIABLE)], write: value.label(column), max: longest + 3, room: null })
      return { ...field, choose: (i) => (data[offset + i * stride] < labels.length ? (field.choose?.(i) ?? 1) : 0) }
    }
    default: {
      const [type, octets] = whole!
      return sometimes(column, { specifiers: [ours(type, octets)], write: value.unsigned(column, octets), max: octets, room: null })
    }
  }
}

function elementOf({ kind, of }: ObjectColumn): [DataType, 1 | 2 | 4 | 8] {
  if (kind === 'bins') return [DataType.unsigned64, 8]
  return of === undefined || of === 'f64' ? [DataType.float64, 8] : UNSIGNED[of]!
}

function always(variant: Variant): Field {
  return { variants: [variant], choose: null }
}

/** A number may be null; one that is none is null. */
function sometimes({ data, offset, stride, validity, kind }: NumberColumn, variant: Variant): Field {
  if (validity === null && kind !== 'f64' && kind !== 'f32') return always(variant)
  return {
    variants: [variant],
    choose(i) {
      if (validity !== null && (validity.data[validity.offset + i * validity.stride] & validity.mask) === 0) return 0
      const number = data[offset + i * stride]
      return number - number === 0 ? 1 : 0
    },
  }
}

/** `each`: octets an element at most. */
function object({ values }: ObjectColumn, specifier: Specifier, write: Writer, each: number): Field {
  return {
    variants: [{ specifiers: [specifier], write, max: 12, room: (i) => (values[i] as ArrayLike<unknown>).length * each }],
    choose: (i) => (values[i] === null || values[i] === undefined ? 0 : 1),
  }
}

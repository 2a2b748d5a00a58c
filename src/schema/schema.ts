/**
 * What a record looks like, and where its values lie: all that a sink knows. A batch holds up to a few thousand finished records; a
 * column says where a field's values are in it, as `data[offset + i * stride]` for record i. No object is made a record.
 */

/** What a field holds. */
export type Kind =
  | 'u8' | 'u16' | 'u32' | 'u64' | 'i32' | 'i64' | 'f32' | 'f64' | 'bool'
  | 'address' | 'text' | 'bytes' | 'list' | 'bins' | 'oneOf' | 'time'

/** What is written about a field, once, where it is declared. */
export interface FieldInfo {
  /** What the field says, in a sentence or less. */
  readonly doc: string
  /** `octets`, `packets`, `seconds`, ...; none for numbers that count nothing. */
  readonly unit?: string
  /** Name of the IPFIX information element, as in IANA's registry. */
  readonly ie?: string
  /** The document that defines the value. */
  readonly rfc?: string
  /** The value is made from addresses in a way that no anonymizer reaches, as a hash is: records that are anonymized cannot have it. */
  readonly showsAddresses?: boolean
}

/** One column of the record. */
export interface ColumnInfo extends FieldInfo {
  readonly name: string
  readonly kind: Kind
  readonly nullable: boolean
  /** Chain that declares it; `record` for those that every record has. */
  readonly chain: string
  /** For the fields of a side: `fwd` or `rev`. */
  readonly side?: 'fwd' | 'rev'
  /** For `list`: kind of an element. */
  readonly of?: 'u8' | 'u16' | 'u32' | 'f64'
  /** For `list` and `bins`: how many elements there are at most; for `text`: characters; for `bytes`: octets. */
  readonly max?: number
  /** For `oneOf`: the values, by code. */
  readonly labels?: readonly string[]
}

/** Which values of a column are there: record i is null where `(data[offset + i * stride] & mask) === 0`. */
export interface Validity {
  readonly data: Uint8Array
  readonly offset: number
  readonly stride: number
  readonly mask: number
}

export type NumberData = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array

/**
 * Numbers: `u8 u16 u32 u64 i32 f32 f64`, `bool` (0 or 1), `oneOf` (a code into `labels`). u64 is a double, exact to 2^53.
 * Where `nan` is true, NaN stands for null (a nullable f64) and there is no validity.
 */
export interface NumberColumn extends ColumnInfo {
  readonly kind: 'u8' | 'u16' | 'u32' | 'u64' | 'i32' | 'f32' | 'f64' | 'bool' | 'oneOf'
  readonly data: NumberData
  readonly offset: number
  readonly stride: number
  readonly validity: Validity | null
  readonly nan: boolean
}

/** Points in time: `data[offset + i * stride]` are seconds since the epoch, the element behind it nanoseconds. */
export interface TimeColumn extends ColumnInfo {
  readonly kind: 'time'
  readonly data: Uint32Array
  readonly offset: number
  readonly stride: number
}

/** The same two elements, to be written as one integer of nanoseconds since the epoch. */
export interface NanosecondColumn extends ColumnInfo {
  readonly kind: 'i64'
  readonly data: Uint32Array
  readonly offset: number
  readonly stride: number
}

/**
 * Addresses. `family[familyOffset + i * familyStride] & familyMask`: 0 no address (null), `four` IPv4, `six` IPv6.
 * An IPv4 address is the 4 octets at `four.offset + i * four.stride` of `four.data`; IPv6 16 octets of `six`, in network order.
 */
export interface AddressColumn extends ColumnInfo {
  readonly kind: 'address'
  readonly family: { readonly data: Uint8Array; readonly offset: number; readonly stride: number; readonly mask: number; readonly four: number; readonly six: number }
  readonly four: { readonly data: Uint8Array; readonly offset: number; readonly stride: number }
  readonly six: { readonly data: Uint8Array; readonly offset: number; readonly stride: number }
}

/** Values that are objects already: strings, octets, lists and bins. `values[i]` is record i's, null where there is none. */
export interface ObjectColumn extends ColumnInfo {
  readonly kind: 'text' | 'bytes' | 'list' | 'bins'
  readonly values: readonly unknown[]
}

export type Column = NumberColumn | TimeColumn | NanosecondColumn | AddressColumn | ObjectColumn

/** Names, kinds and order of the record's columns. */
export interface Schema {
  readonly columns: readonly ColumnInfo[]
}

/** Finished records, by column. Valid until the sink's `write` has returned (or its promise is settled). */
export interface Batch {
  /** How many records there are. */
  readonly length: number
  /** In the order of the schema. The same objects, with other contents, come again with later batches: see `id`. */
  readonly columns: readonly Column[]
  /** Batches that share memory and columns share this; a writer may keep what it prepared for it. */
  readonly id: number
}

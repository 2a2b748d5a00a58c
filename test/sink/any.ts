import fc from 'fast-check'

import { ipv4Text, ipv6Text } from '../../src/packet/address.ts'
import type { Given } from './batch.ts'

const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)))
const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => ipv6Text(bytes, 0))
const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => ipv4Text(bytes, 0))
const double = fc.double({ noDefaultInfinity: true, noNaN: true })
const VALUES: Record<Given['kind'], fc.Arbitrary<unknown>> = {
  u8: fc.nat(255), u16: fc.nat(65535), u32: fc.nat(0xffffffff), u64: fc.maxSafeNat(), i32: fc.integer(), f32: fc.float({ noDefaultInfinity: true, noNaN: true }), f64: double,
  bool: fc.boolean(), oneOf: fc.constantFrom('', 'one', 'two'), address: fc.oneof(ipv4, ipv6), text, bytes: fc.uint8Array(), list: fc.array(double), bins: fc.array(fc.maxSafeNat()),
  time: fc.tuple(fc.nat(0xffffffff), fc.nat(999_999_999)), i64: fc.tuple(fc.nat(0xffffffff), fc.nat(999_999_999)),
}
const NEVER_NULL = ['time', 'i64']

const given = (length: number): fc.Arbitrary<Given> => fc.tuple(fc.constantFrom(...(Object.keys(VALUES) as Given['kind'][])), text, fc.boolean(), fc.boolean()).chain(([kind, name, mayBeNull, nan]) => {
  const value = mayBeNull && !NEVER_NULL.includes(kind) ? fc.option(VALUES[kind]) : VALUES[kind]
  return fc.array(value, { minLength: length, maxLength: length }).map((values) => ({ name, kind, values, nan: nan && (kind === 'f64' || kind === 'f32'), ...(kind === 'oneOf' && { labels: ['', 'one', 'two'] }) }))
})
/** Columns of every kind, with any values and any names. */
export const columns = fc.integer({ min: 1, max: 20 }).chain((length) => fc.uniqueArray(given(length), { minLength: 1, maxLength: 12, selector: ({ name }) => name }))

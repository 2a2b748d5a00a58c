import type { Reader } from './records.ts'

/** A field of a record, as it lies in the message. */
export interface RawField {
  readonly number: number
  readonly pen: number
  readonly octets: Buffer
}

export interface Decoded {
  /** Records of data templates; those of options apart. */
  readonly records: RawField[][]
  readonly options: RawField[][]
  /** All of both, in the order in which they came. */
  readonly all: RawField[][]
  readonly messages: { readonly length: number; readonly time: number; readonly sequence: number }[]
  readonly templates: number
}

interface Specifier { readonly number: number; readonly pen: number; readonly length: number }

/** A collector of RFC 7011, written for tests after the document alone. */
export function decode(octets: Buffer): Decoded {
  const templates = new Map<number, { fields: Specifier[]; isOption: boolean }>()
  const records: RawField[][] = [], options: RawField[][] = [], all: RawField[][] = [], messages: Decoded['messages'] = []
  for (let start = 0; start < octets.length;) {
    const length = octets.readUInt16BE(start + 2)
    if (octets.readUInt16BE(start) !== 10 || length < 16) throw new Error('no IPFIX message')
    messages.push({ length, time: octets.readUInt32BE(start + 4), sequence: octets.readUInt32BE(start + 8) })
    for (let set = start + 16; set < start + length;) {
      const id = octets.readUInt16BE(set), end = set + octets.readUInt16BE(set + 2)
      if (end > start + length) throw new Error('a set is longer than its message')
      let at = set + 4
      while (at < end) {
        if (id === 2 || id === 3) {
          const template = octets.readUInt16BE(at), count = octets.readUInt16BE(at + 2)
          at += id === 2 ? 4 : 6
          const fields = Array.from({ length: count }, () => {
            const number = octets.readUInt16BE(at), isOurs = number >= 0x8000
            const field = { number: number & 0x7fff, length: octets.readUInt16BE(at + 2), pen: isOurs ? octets.readUInt32BE(at + 4) : 0 }
            at += isOurs ? 8 : 4
            return field
          })
          templates.set(template, { fields, isOption: id === 3 })
          continue
        }
        const template = templates.get(id)
        if (template === undefined) throw new Error(`there is no template ${id}`)
        const record = template.fields.map(({ number, pen, length }) => {
          let octetsOf = length
          if (length === 65535) {
            octetsOf = octets[at++]
            if (octetsOf === 255) {
              octetsOf = octets.readUInt16BE(at)
              at += 2
            }
          }
          at += octetsOf
          return { number, pen, octets: octets.subarray(at - octetsOf, at) }
        })
        ;(template.isOption ? options : records).push(record)
        all.push(record)
      }
      if (at !== end) throw new Error('a record is longer than its set')
      set = end
    }
    start += length
  }
  return { records, options, all, messages, templates: templates.size }
}

/** Names and types of the elements that are not IANA's. @source RFC 5610 */
export function ownElements(options: readonly RawField[][]): Map<number, { name: string; type: number }> {
  return new Map(options.filter((record) => record.some(({ number }) => number === 303)).map((record) => {
    const of = (number: number): Buffer => record.find((field) => field.number === number)!.octets
    return [of(303).readUInt16BE(), { name: of(341).toString(), type: of(339)[0] }]
  }))
}

const IANA: Record<number, [name: string, type: number]> = {
  1: ['octetDeltaCount', 4], 7: ['sourceTransportPort', 2], 8: ['sourceIPAddress', 18], 27: ['sourceIPAddress', 19], 136: ['flowEndReason', 1], 156: ['flowStartNanoseconds', 17],
}

export const ipfixRecords: Reader = (octets, { columns }) => {
  const { records, options } = decode(octets)
  const own = ownElements(options)
  return records.map((record) => {
    const values = new Map<string, string>()
    for (const { number, pen, octets: value } of record) {
      if (pen === 0 && number === 291) {
        const inner = own.get(value.readUInt16BE(1) & 0x7fff)!, length = value.readUInt16BE(3)
        const items = Array.from({ length: (value.length - 9) / length }, (_, k) => textOf(inner.type, value.subarray(9 + k * length, 9 + (k + 1) * length)))
        values.set(inner.name, `[${items.join()}]`)
      } else if (pen === 32473) {
        const { name, type } = own.get(number)!
        values.set(name.replace(/_[46]$/, ''), textOf(type, value))
      } else if (IANA[number] !== undefined) {
        const [ie, type] = IANA[number]
        const column = columns.find((each) => each.ie === ie && (each.side === 'rev') === (pen === 29305))!
        const text = textOf(type, value)
        values.set(column.name, column.labels?.[Number(text)] ?? text)
      }
    }
    return columns.map(({ name }) => values.get(name) ?? null)
  })
}

/** A value by its abstract data type. @source RFC 7011, section 6.1 */
function textOf(type: number, octets: Buffer): string {
  const whole = (): bigint => octets.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n)
  switch (type) {
    case 0: return octets.toString('hex')
    case 5: case 6: case 7: case 8: return String(BigInt.asIntN(octets.length * 8, whole()))
    case 9: return String(octets.readFloatBE())
    case 10: return String(octets.readDoubleBE())
    case 11: return String(octets[0] === 1)
    case 13: return octets.toString()
    case 17: {
      // what lies before 1970 is of the next era, from 2036 on
      const seconds = (octets.readUInt32BE() - 2_208_988_800 + 2 ** 32) % 2 ** 32
      return `${seconds}.${String((BigInt(octets.readUInt32BE(4)) * 1_000_000_000n) >> 32n).padStart(9, '0')}`
    }
    case 18: return octets.join('.')
    case 19: return new URL(`http://[${octets.toString('hex').replace(/(.{4})(?=.)/g, '$1:')}]/`).hostname.slice(1, -1)
    default: return String(whole())
  }
}

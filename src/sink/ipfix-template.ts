import { SinkError } from '../errors.ts'
import { OWN_PEN, type OwnElement, VARIABLE } from './ipfix-elements.ts'
import type { Specifier } from './ipfix-fields.ts'
import { writeText } from './ipfix-values.ts'

/** Numbers of sets. @source RFC 7011, section 3.3.2 */
export const TEMPLATE_SET = 2, OPTIONS_TEMPLATE_SET = 3
const FIRST_TEMPLATE = 256

export interface Template {
  readonly id: number
  /** Its record in a template set. */
  readonly octets: Uint8Array
  /** Generation in which it was sent last. */
  sent: number
}

/** Templates of data records and of options, one a set of fields. */
export class Templates {
  private readonly known = new Map<string, Template>()
  // the first is that of type information
  private next = FIRST_TEMPLATE + 1

  /** @param scopes how many of the fields say what the others are about: of options */
  of(specifiers: readonly Specifier[], scopes = 0): Template {
    const key = `${scopes}:` + specifiers.map(({ number, pen, octets }) => `${number}.${pen}.${octets}`).join()
    let template = this.known.get(key)
    if (template === undefined) {
      if (this.next > 65535) throw new SinkError('WEIR_SINK_WRITE', 'records have more sets of fields than IPFIX has numbers for templates: --select fewer fields that may be null')
      const id = this.next++
      template = { id, octets: recordOf(id, specifiers, scopes), sent: 0 }
      this.known.set(key, template)
    }
    return template
  }
}

/** @source RFC 7011, sections 3.4.1 and 3.4.2 */
function recordOf(id: number, specifiers: readonly Specifier[], scopes: number): Uint8Array {
  const octets: number[] = []
  const add16 = (value: number): void => void octets.push(value >> 8, value & 255)
  add16(id)
  add16(specifiers.length)
  if (scopes > 0) add16(scopes)
  for (const { number, pen, octets: length } of specifiers) {
    add16(pen === 0 ? number : number | 0x8000)
    add16(length)
    if (pen !== 0) {
      add16(pen >>> 16)
      add16(pen & 0xffff)
    }
  }
  return Uint8Array.from(octets)
}

/** What tells a collector the names and types of our own elements. @source RFC 5610, section 3.9 */
export const TYPE_INFORMATION: Template = {
  id: FIRST_TEMPLATE,
  octets: recordOf(FIRST_TEMPLATE, [
    { number: 346, pen: 0, octets: 4 }, // privateEnterpriseNumber
    { number: 303, pen: 0, octets: 2 }, // informationElementId
    { number: 339, pen: 0, octets: 1 }, // informationElementDataType
    { number: 344, pen: 0, octets: 1 }, // informationElementSemantics
    { number: 345, pen: 0, octets: 2 }, // informationElementUnits
    { number: 341, pen: 0, octets: VARIABLE }, // informationElementName
    { number: 340, pen: 0, octets: VARIABLE }, // informationElementDescription
  ], 2),
  sent: 0,
}

/** The type information of an element. */
export function typeInformation({ number, type, name, doc, unit }: OwnElement): Uint8Array {
  const bytes = new Uint8Array(16 + (name.length + doc.length) * 3)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, OWN_PEN)
  view.setUint16(4, number)
  bytes[6] = type
  // no semantics but the unit's
  view.setUint16(8, unit)
  return bytes.subarray(0, writeText(bytes, writeText(bytes, 10, name), doc))
}

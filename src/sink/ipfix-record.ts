import type { Batch, Column } from '../schema/schema.ts'
import type { OwnElements } from './ipfix-elements.ts'
import { type Field, fieldsOf, type Specifier, type Variant, type View } from './ipfix-fields.ts'
import type { Templates, Template } from './ipfix-template.ts'
import type { Writer } from './value-writer.ts'

/** How records are written that have the same fields: a template, and the writers of its fields. */
export class Form {
  readonly template: Template
  private readonly writers: readonly Writer[]
  private readonly rooms: readonly ((i: number) => number)[]
  private readonly max: number

  constructor(variants: readonly Variant[], template: Template) {
    this.template = template
    this.writers = variants.map(({ write }) => write)
    this.rooms = variants.map(({ room }) => room).filter((room) => room !== null)
    this.max = variants.reduce((sum, { max }) => sum + max, 0)
  }

  /** Octets that record i takes at most. */
  room(i: number): number {
    let room = this.max
    for (let k = 0; k < this.rooms.length; k++) room += this.rooms[k](i)
    return room
  }

  write(bytes: Uint8Array, view: DataView, at: number, i: number): number {
    const { writers } = this
    for (let k = 0; k < writers.length; k++) at = writers[k](bytes, view, at, i)
    return at
  }
}

/** An octet for a record that has no value. @source RFC 7011, section 8.1: no fields withdraw a template; IANA: paddingOctets */
const PADDING: Variant = {
  specifiers: [{ number: 210, pen: 0, octets: 1 }], max: 1, room: null,
  write(bytes, _view, at) {
    bytes[at] = 0
    return at + 1
  },
}

interface Node {
  readonly next: (Node | undefined)[]
  form: Form | null
}

/**
 * Finds the form of each record of a batch. IPFIX has no null: a field without a value is not in the record, so records differ in
 * their templates. Forms lie in a tree with a branch for each choice, and are made when the first record takes them.
 */
export class Forms {
  private readonly fields: readonly Field[]
  private readonly choosing: readonly ((i: number) => number)[]
  private readonly templates: Templates
  private readonly root: Node = { next: [], form: null }
  private readonly packets: ((i: number) => boolean) | null

  constructor({ columns }: Batch, view: View, own: OwnElements, templates: Templates) {
    this.fields = fieldsOf(columns, view, own)
    this.choosing = this.fields.map(({ choose }) => choose).filter((choose) => choose !== null)
    this.templates = templates
    this.packets = view === 'rev' ? sent(columns) : null
  }

  /** The form of record i; null where this direction sent nothing. */
  of(i: number): Form | null {
    if (this.packets !== null && !this.packets(i)) return null
    const { choosing } = this
    let node = this.root
    for (let k = 0; k < choosing.length; k++) {
      const choice = choosing[k](i)
      node = node.next[choice] ??= { next: [], form: null }
    }
    return (node.form ??= this.make(i))
  }

  private make(i: number): Form {
    const variants: Variant[] = []
    for (const { variants: all, choose } of this.fields) {
      const choice = choose === null ? 1 : choose(i)
      if (choice > 0) variants.push(all[choice - 1])
    }
    // a template without fields would withdraw one
    if (variants.length === 0) variants.push(PADDING)
    const specifiers: readonly Specifier[] = variants.flatMap((variant) => variant.specifiers)
    return new Form(variants, this.templates.of(specifiers))
  }
}

/** Whether the reverse direction has packets, by the columns that count them. */
function sent(columns: readonly Column[]): ((i: number) => boolean) | null {
  const column = columns.find(({ ie, side }) => ie === 'packetDeltaCount' && side === 'rev')
  if (column === undefined || !('nan' in column)) return null
  const { data, offset, stride } = column
  return (i) => data[offset + i * stride] > 0
}

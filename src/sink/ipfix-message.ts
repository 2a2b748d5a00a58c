import { SinkError } from '../errors.ts'
import type { Form } from './ipfix-record.ts'
import { TEMPLATE_SET } from './ipfix-template.ts'

const VERSION = 10, HEADER = 16, SET_HEADER = 4
/** A message says its length in 16 bits. */
const LONGEST = 65535

/** A message that is being filled. @source RFC 7011, section 3.1 */
export class Message {
  readonly bytes = new Uint8Array(LONGEST + SET_HEADER)
  private readonly view = new DataView(this.bytes.buffer)
  private readonly limit: number
  private at = HEADER
  private set = 0
  private setAt = 0
  private records = 0
  /** Data records in all messages before. */
  private sequence = 0

  constructor(limit: number) {
    this.limit = limit
  }

  get isEmpty(): boolean {
    return this.at === HEADER
  }

  /** Add record i, and its template where it was not sent in this generation. @returns false where there is no room: the message must go first */
  add(form: Form, i: number, generation: number): boolean {
    const { template } = form
    const isNew = template.sent !== generation
    if (!this.hasRoom(form.room(i) + (isNew ? template.octets.length + SET_HEADER : 0))) return false
    if (isNew) {
      this.put(TEMPLATE_SET, template.octets)
      template.sent = generation
    }
    if (this.set !== template.id) this.open(template.id)
    this.at = form.write(this.bytes, this.view, this.at, i)
    this.records++
    return true
  }

  /** Add octets to a set. @returns false where there is no room */
  addOctets(set: number, octets: Uint8Array): boolean {
    if (!this.hasRoom(octets.length)) return false
    this.put(set, octets)
    if (set > 255) this.records++
    return true
  }

  /** The whole message, to be written before anything is added to the next. @param time seconds since the epoch */
  finish(time: number, domain: number): Uint8Array {
    this.closeSet()
    const { view, at } = this
    view.setUint16(0, VERSION)
    view.setUint16(2, at)
    view.setUint32(4, time)
    view.setUint32(8, this.sequence)
    view.setUint32(12, domain)
    this.sequence = (this.sequence + this.records) >>> 0
    this.at = HEADER
    this.set = this.records = 0
    return this.bytes.subarray(0, at)
  }

  private hasRoom(octets: number): boolean {
    const end = this.at + SET_HEADER + octets
    if (end <= this.limit) return true
    if (!this.isEmpty) return false
    // one that is larger than a datagram should be goes alone
    if (end > LONGEST) throw new SinkError('WEIR_SINK_WRITE', `a record may need ${octets} octets, and an IPFIX message holds ${LONGEST}: --select fewer or shorter fields, or write another format`)
    return true
  }

  private put(set: number, octets: Uint8Array): void {
    if (this.set !== set) this.open(set)
    this.bytes.set(octets, this.at)
    this.at += octets.length
  }

  private open(set: number): void {
    this.closeSet()
    this.view.setUint16(this.at, set)
    this.set = set
    this.setAt = this.at
    this.at += SET_HEADER
  }

  private closeSet(): void {
    if (this.set !== 0) this.view.setUint16(this.setAt + 2, this.at - this.setAt)
  }
}

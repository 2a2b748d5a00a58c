import { CaptureError, type WeirError } from '../errors.ts'
import type { Packet } from '../packet/packet.ts'
import type { ReadWindow } from './read-window.ts'
import type { PacketSource } from './source.ts'

/** A capture that is one record after the other: what all such formats share. */
export abstract class RecordSource implements PacketSource {
  readonly name: string
  readonly filtered: number | null = null
  fault: WeirError | null = null
  protected readonly input: ReadWindow

  constructor(name: string, input: ReadWindow) {
    this.name = name
    this.input = input
  }

  abstract next(packet: Packet): boolean
  abstract get dropped(): number | null

  refill(): boolean | Promise<boolean> {
    return this.fault === null && this.input.refill(this.#ended)
  }

  readonly #ended = (): void => {
    this.fault = this.input.failure ?? this.#cut()
  }

  close(): Promise<void> {
    return this.input.close()
  }

  get position(): number {
    return this.input.position
  }

  get size(): number | null {
    return this.input.size
  }

  get stored(): boolean {
    return this.input.stored
  }

  /** Let the packet show the window's memory. */
  protected show(packet: Packet, view: DataView): void {
    // the garbage collector hears of every reference that is stored
    if (packet.view !== view) {
      packet.bytes = this.input.bytes
      packet.view = view
    }
  }

  /** The record at the window's beginning contradicts itself. @returns false, as `next` then does */
  protected corrupt(what: string): false {
    const { offset } = this.input
    this.fault = new CaptureError('WEIR_CAPTURE_CORRUPT', `${this.name}: the record at octet ${offset} ${what}`, offset)
    return false
  }

  #cut(): CaptureError | null {
    const { at, end, offset } = this.input
    if (at === end) return null
    return new CaptureError('WEIR_CAPTURE_CUT', `${this.name}: the capture ends in the middle of the record at octet ${offset}`, offset)
  }
}

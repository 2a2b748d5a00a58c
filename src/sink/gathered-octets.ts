import { IPV6_TEXT_MAX, writeIpv4, writeIpv6 } from '../packet/address.ts'
import type { AddressColumn, ObjectColumn } from '../schema/schema.ts'

const encoder = new TextEncoder()

/** Texts in UTF-8, addresses as text, and octets: value i is `octets` from `offsets[i]` to `offsets[i + 1]`. */
export class Octets {
  length = 0
  nulls = 0
  octets: Uint8Array<ArrayBuffer>
  readonly offsets: Int32Array<ArrayBuffer>
  readonly present: Uint8Array

  constructor(capacity: number) {
    this.octets = new Uint8Array(capacity * 8)
    this.offsets = new Int32Array(capacity + 1)
    this.present = new Uint8Array(capacity)
  }

  clear(): void {
    this.length = this.nulls = 0
  }

  addAddresses({ family, four, six }: AddressColumn, from: number, to: number): void {
    this.reserve((to - from) * IPV6_TEXT_MAX)
    const { octets } = this
    for (let i = from, at = this.offsets[this.length]; i < to; i++) {
      const is = family.data[family.offset + i * family.stride] & family.mask
      if (is === family.four) at = writeIpv4(octets, at, four.data, four.offset + i * four.stride)
      else if (is === family.six) at = writeIpv6(octets, at, six.data, six.offset + i * six.stride)
      this.end(at, is === family.four || is === family.six)
    }
  }

  addTexts({ values }: ObjectColumn, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const value = values[i] as string | null | undefined
      let at = this.offsets[this.length]
      if (typeof value === 'string') {
        // a UTF-16 unit takes three octets at most
        this.reserve(value.length * 3)
        at = writeText(this.octets, at, value)
      }
      this.end(at, typeof value === 'string')
    }
  }

  addBytes({ values }: ObjectColumn, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const value = values[i] as Uint8Array | null | undefined
      const at = this.offsets[this.length]
      if (value) {
        this.reserve(value.length)
        this.octets.set(value, at)
      }
      this.end(at + (value?.length ?? 0), value !== null && value !== undefined)
    }
  }

  private end(at: number, isPresent: boolean): void {
    this.present[this.length++] = isPresent ? 1 : 0
    this.offsets[this.length] = at
    if (!isPresent) this.nulls++
  }

  private reserve(more: number): void {
    const { octets } = this
    const needed = this.offsets[this.length] + more
    if (needed <= octets.length) return
    this.octets = new Uint8Array(needed * 2)
    this.octets.set(octets)
  }
}

function writeText(octets: Uint8Array, at: number, value: string): number {
  for (let k = 0; k < value.length; k++) {
    const unit = value.charCodeAt(k)
    if (unit > 0x7f) return at + encoder.encodeInto(value, octets.subarray(at)).written
    octets[at + k] = unit
  }
  return at + value.length
}

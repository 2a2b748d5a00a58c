import { ipText, parseAddress } from '../packet/address.ts'
import type { Slot } from './layout.ts'
import { BinsAccess, ListAccess } from './list-view.ts'
import type { ViewBase } from './view-base.ts'

export interface Accessor {
  get(this: ViewBase): unknown
  set?(this: ViewBase, value: never): void
}

/** How hooks read and write a field. One closure a field, which knows the field's index: per packet nothing is looked up by name. */
export function accessor(slot: Slot, place: number): Accessor {
  const plain = plainAccessor(slot, place)
  // lists and bins always have a view; what is added through it sets their bit
  return slot.valid === null || plain.set === undefined ? plain : withNull(plain, slot.valid.index, slot.valid.mask)
}

function withNull(plain: Accessor, index: number, mask: number): Accessor {
  const { get, set } = plain
  return {
    get() {
      const m = this.$mark
      return (m.u8[m.at * 8 + this.$1 + index] & mask) === 0 ? null : get.call(this)
    },
    set(value: never) {
      const m = this.$mark
      const at = m.at * 8 + this.$1 + index
      if (value === null) m.u8[at] &= ~mask
      else {
        m.u8[at] |= mask
        set!.call(this, value)
      }
    },
  }
}

function plainAccessor(slot: Slot, place: number): Accessor {
  const k = slot.index
  switch (slot.kind) {
    case 'u64':
    case 'f64':
      return {
        get() { const m = this.$mark; return m.f64[m.at + this.$8 + k] },
        set(value: number) { const m = this.$mark; m.f64[m.at + this.$8 + k] = value },
      }
    case 'f32':
      return {
        get() { const m = this.$mark; return m.f32[m.at * 2 + this.$4 + k] },
        set(value: number) { const m = this.$mark; m.f32[m.at * 2 + this.$4 + k] = value },
      }
    case 'i32':
      return {
        get() { const m = this.$mark; return m.i32[m.at * 2 + this.$4 + k] },
        set(value: number) { const m = this.$mark; m.i32[m.at * 2 + this.$4 + k] = value },
      }
    case 'u32':
      return {
        get() { const m = this.$mark; return m.u32[m.at * 2 + this.$4 + k] },
        set(value: number) { const m = this.$mark; m.u32[m.at * 2 + this.$4 + k] = value },
      }
    case 'u16':
      return {
        get() { const m = this.$mark; return m.u16[m.at * 4 + this.$2 + k] },
        set(value: number) { const m = this.$mark; m.u16[m.at * 4 + this.$2 + k] = value },
      }
    case 'u8':
      return {
        get() { const m = this.$mark; return m.u8[m.at * 8 + this.$1 + k] },
        set(value: number) { const m = this.$mark; m.u8[m.at * 8 + this.$1 + k] = value },
      }
    case 'bool':
      return {
        get() { const m = this.$mark; return m.u8[m.at * 8 + this.$1 + k] !== 0 },
        set(value: boolean) { const m = this.$mark; m.u8[m.at * 8 + this.$1 + k] = value ? 1 : 0 },
      }
    case 'oneOf': {
      const { labels } = slot
      return {
        get() { const m = this.$mark; return labels[m.u8[m.at * 8 + this.$1 + k]] },
        set(value: string) {
          const code = labels.indexOf(value)
          if (code < 0) throw new RangeError(`'${slot.name}' is one of ${labels.join(', ')}, not '${value}'`)
          const m = this.$mark
          m.u8[m.at * 8 + this.$1 + k] = code
        },
      }
    }
    case 'text':
    case 'bytes':
    case 'scratch':
      return pooled(slot)
    case 'address':
      return addressAccessor(slot)
    case 'list':
      return { get() { return (this.$parts[place] ??= new ListAccess(this, slot)) } }
    case 'bins':
      return { get() { return (this.$parts[place] ??= new BinsAccess(this, slot)) } }
    case 'flow':
      throw new Error('a property of the flow has no place in the row')
  }
}

function pooled(slot: Slot): Accessor {
  const { index: k, max } = slot
  const kept = (value: unknown): unknown => {
    if (typeof value === 'string') return value.length > max ? value.slice(0, max) : value
    // the octets a hook sees are the packet's: they must be copied, which the slice of a Buffer does not
    if (slot.kind === 'bytes' && value instanceof Uint8Array) return new Uint8Array(value.subarray(0, max))
    return value
  }
  return {
    get() { const m = this.$mark; return m.pool.get(m.u32[m.at * 2 + this.$4 + k]) },
    set(value: unknown) {
      const m = this.$mark
      const at = m.at * 2 + this.$4 + k
      m.u32[at] = m.pool.put(m.u32[at], kept(value))
    },
  }
}

/** Sixteen octets, of which IPv4 uses four, and the family: 0 none, 4 or 6. */
function addressAccessor(slot: Slot): Accessor {
  const { index: k, second } = slot
  return {
    get() {
      const m = this.$mark
      const family = m.u8[m.at * 8 + this.$1 + second]
      return family === 0 ? null : ipText(m.u8, (m.at * 2 + this.$4 + k) * 4, family === 4 ? 4 : 6)
    },
    set(value: string | null) {
      const m = this.$mark
      const octets = value === null ? null : parseAddress(value)
      if (value !== null && octets === null) throw new RangeError(`'${slot.name}' is an IP address, not '${value}'`)
      m.u8[m.at * 8 + this.$1 + second] = octets === null ? 0 : octets.length === 4 ? 4 : 6
      if (octets !== null) m.u8.set(octets, (m.at * 2 + this.$4 + k) * 4)
    },
  }
}

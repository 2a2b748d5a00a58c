import type { ElementKind, FieldKind } from './field.ts'
import type { Fields } from './types.ts'

/** Width of the memory a kind of number takes in the row. @unit octets */
type Width = 8 | 4 | 2 | 1

/** How many elements of each width; also a place: the index of an element among those of its width. */
export interface Extent {
  readonly 8: number
  readonly 4: number
  readonly 2: number
  readonly 1: number
}

/** Where a field lies among its chain's elements of its width, and its null bit among the octets. */
export interface Slot {
  readonly name: string
  readonly kind: FieldKind
  readonly index: number
  /** Octet and bit that are set when the field is there; null for one that always is, or that has its own way to be absent. */
  readonly valid: { readonly index: number; readonly mask: number } | null
  /** A nullable f64: NaN until it is set. */
  readonly nan: boolean
  /** For lists the index of the length (u16), for addresses that of the family (u8). */
  readonly second: number
  readonly of?: ElementKind
  readonly max: number
  readonly labels: readonly string[]
}

export interface Region {
  readonly slots: readonly Slot[]
  readonly extent: Extent
}

/** A chain's own part of the row: the flow's fields, and those of one side (the two sides are alike). */
export interface ChainLayout {
  readonly flow: Region
  readonly side: Region
}

export const WIDTH_OF = { u8: 1, u16: 2, u32: 4, f64: 8 } as const satisfies Record<ElementKind, Width>

export function chainLayout(fields: Fields, directional: Fields): ChainLayout {
  return { flow: region(fields), side: region(directional) }
}

function region(fields: Fields): Region {
  const used: Record<Width, number> = { 8: 0, 4: 0, 2: 0, 1: 0 }
  const take = (width: Width, count = 1): number => {
    const index = used[width]
    used[width] += count
    return index
  }
  const slots: { -readonly [K in keyof Slot]: Slot[K] }[] = []
  const nullables: (typeof slots)[number][] = []
  for (const [name, declared] of Object.entries(fields)) {
    const field = declared as { kind: FieldKind; nullable?: boolean; of?: ElementKind; max?: number; labels?: readonly string[] }
    if (field.kind === 'flow') continue
    const max = field.max ?? 0
    const slot = { name, kind: field.kind, index: 0, valid: null, nan: false, second: 0, max, labels: field.labels ?? [], ...(field.of && { of: field.of }) }
    switch (field.kind) {
      case 'u64':
      case 'f64':
        slot.index = take(8)
        break
      case 'u32':
      case 'i32':
      case 'f32':
      case 'text':
      case 'bytes':
      case 'scratch':
        slot.index = take(4)
        break
      case 'u16':
        slot.index = take(2)
        break
      case 'u8':
      case 'bool':
      case 'oneOf':
        slot.index = take(1)
        break
      case 'address':
        slot.index = take(4, 4)
        slot.second = take(1)
        break
      case 'bins':
        slot.index = take(4, max)
        break
      case 'list':
        slot.index = take(WIDTH_OF[field.of ?? 'u32'], max)
        slot.second = take(2)
        break
    }
    slots.push(slot)
    if (field.nullable === true) {
      if (field.kind === 'f64') slot.nan = true
      else if (hasNullBit(field.kind)) nullables.push(slots[slots.length - 1])
    }
  }
  // one bit a nullable field, behind the octets: a row of zeros is all null
  nullables.forEach((slot, i) => {
    slot.valid = { index: used[1] + (i >> 3), mask: 1 << (i & 7) }
  })
  used[1] += (nullables.length + 7) >> 3
  return { slots, extent: used }
}

/** A double has NaN for null, and what is kept in the pool, or has a family, another way to be absent. */
function hasNullBit(kind: FieldKind): boolean {
  return kind === 'u8' || kind === 'u16' || kind === 'u32' || kind === 'u64' || kind === 'i32' || kind === 'f32' || kind === 'bool' || kind === 'oneOf' || kind === 'list' || kind === 'bins'
}

import { ChainError, OptionError } from '../errors.ts'
import { CORE_WORDS, DESCRIBED_WORDS } from '../flow/row.ts'
import type { ColumnInfo, Schema } from '../schema/schema.ts'
import { RECORD_COLUMNS } from './columns.ts'
import { internalsOf } from './define.ts'
import type { FieldKind } from './field.ts'
import type { Extent, Region } from './layout.ts'
import type { AnyChain } from './types.ts'

type Width = keyof Extent
const WIDTHS: readonly Width[] = [8, 4, 2, 1]

/** A chain's place in the row: for each width the index of its first element, from the row for the flow, from the side for a side. */
export interface Placed {
  readonly chain: AnyChain
  readonly flow: Extent
  readonly side: Extent
}

/**
 * How a set of chains lies in a row:
 *
 *     | core | 8-octet fields | 4 | 2 | 1 | pad | forward side: 8 | 4 | 2 | 1 | pad | reverse side, the same |
 */
export interface Compiled {
  /** With those that are required, each behind what it requires. */
  readonly chains: readonly Placed[]
  /** A new row. */
  readonly template: Int32Array
  /** First word of the chains' part. */
  readonly firstWord: number
  /** Where the forward side begins, and the length of a side, in units of 8 octets. */
  readonly sideStart: number
  readonly sideStride: number
  readonly schema: Schema
}

/** @throws {ChainError} WEIR_CHAIN_CLASH @throws {OptionError} WEIR_OPTION_CHAINS */
export function compile(chains: readonly AnyChain[], described: boolean): Compiled {
  const ordered = withRequired(chains)
  refuseClashes(ordered)
  const layouts = ordered.map((chain) => internalsOf(chain).layout)
  const firstWord = CORE_WORDS + (described ? DESCRIBED_WORDS : 0)
  const flow = place(layouts.map((layout) => layout.flow), firstWord * 4)
  const side = place(layouts.map((layout) => layout.side), 0)
  const sideStart = flow.end / 8
  const sideStride = side.end / 8
  const template = new Int32Array((sideStart + 2 * sideStride) * 2)
  const doubles = new Float64Array(template.buffer)
  layouts.forEach((layout, i) => {
    for (const slot of layout.flow.slots) if (slot.nan) doubles[flow.bases[i][8] + slot.index] = NaN
    for (const slot of layout.side.slots) {
      if (!slot.nan) continue
      for (const side_ of [0, 1]) doubles[sideStart + side_ * sideStride + side.bases[i][8] + slot.index] = NaN
    }
  })
  const columns: ColumnInfo[] = [RECORD_COLUMNS[0], RECORD_COLUMNS[1], ...ordered.flatMap((chain) => chain.columns), RECORD_COLUMNS[2]]
  return {
    chains: ordered.map((chain, i) => ({ chain, flow: flow.bases[i], side: side.bases[i] })),
    template, firstWord, sideStart, sideStride, schema: { columns },
  }
}

/** Each chain behind those it requires, which come along if they are absent. */
function withRequired(chains: readonly AnyChain[]): AnyChain[] {
  if (!Array.isArray(chains)) throw new OptionError('WEIR_OPTION_CHAINS', `chains is no list of chains: give one, as [basic, tcp]; chainsByName('basic,tcp') makes one of names`, { option: 'chains' })
  const ordered: AnyChain[] = []
  const visit = (chain: AnyChain): void => {
    internalsOf(chain)
    if (ordered.includes(chain)) return
    for (const required of chain.requires) visit(required)
    ordered.push(chain)
  }
  chains.forEach((chain, i) => {
    if (chains.indexOf(chain) !== i) throw new OptionError('WEIR_OPTION_CHAINS', `chain '${chain.name}' is named twice: name it once`)
    visit(chain)
  })
  return ordered
}

// what the compiler refuses is checked again: chains may be loaded by name
function refuseClashes(chains: readonly AnyChain[]): void {
  const declared = new Map<string, string>()
  const names = new Set<string>()
  for (const chain of chains) {
    if (names.has(chain.name)) throw new ChainError('WEIR_CHAIN_CLASH', `two chains are called '${chain.name}': rename one`)
    names.add(chain.name)
    const { layout } = internalsOf(chain)
    const fields = [...chain.columns.map((column) => column.name), ...layout.flow.slots.map((slot) => slot.name), ...layout.side.slots.flatMap((slot) => [`${slot.name}_fwd`, `${slot.name}_rev`])]
    for (const name of new Set(fields)) {
      const by = declared.get(name)
      if (by !== undefined) throw new ChainError('WEIR_CHAIN_CLASH', `chain '${chain.name}' declares '${name}' again, after '${by}'`)
      declared.set(name, chain.name)
    }
  }
}

/** Put the regions' elements behind one another, the widest first, so that every element is aligned and nothing is lost between. */
function place(regions: readonly Region[], start: number): { bases: Extent[]; end: number } {
  const bases = regions.map(() => ({ 8: 0, 4: 0, 2: 0, 1: 0 }))
  let end = start
  for (const width of WIDTHS) {
    regions.forEach((region, i) => {
      bases[i][width] = end / width
      end += region.extent[width] * width
    })
  }
  return { bases, end: Math.ceil(end / 8) * 8 }
}

/** Words of the row that hold the number of an object in the pool. */
export function pooledWords({ chains, sideStart, sideStride }: Compiled): number[] {
  const words: number[] = []
  for (const { chain, flow, side } of chains) {
    const { layout } = internalsOf(chain)
    for (const slot of layout.flow.slots) if (isPooled(slot.kind)) words.push(flow[4] + slot.index)
    for (const slot of layout.side.slots) {
      if (!isPooled(slot.kind)) continue
      for (const start of [sideStart, sideStart + sideStride]) words.push(start * 2 + side[4] + slot.index)
    }
  }
  return words
}

function isPooled(kind: FieldKind): boolean {
  return kind === 'text' || kind === 'bytes' || kind === 'scratch'
}

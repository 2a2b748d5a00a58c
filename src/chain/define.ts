import { ChainError } from '../errors.ts'
import type { ColumnInfo } from '../schema/schema.ts'
import { columnsOf } from './columns.ts'
import { chainLayout, type ChainLayout } from './layout.ts'
import type { AnyChain, Chain, Fields, FlowView, Hooks, HookName, Own } from './types.ts'
import { HOOK_NAMES, RESERVED_NAMES } from './types.ts'
import { makeViews, type ViewClasses } from './view.ts'

/** What an observer reads of a chain; made once, with the chain. */
export interface ChainInternals {
  readonly layout: ChainLayout
  readonly views: ViewClasses
  readonly hooks: ReadonlyMap<HookName, (...args: never[]) => unknown>
}

const INTERNALS = Symbol.for('flowweir.chain')

/**
 * Make a chain: a plain object that declares fields once and says in hooks what to keep in them.
 * Type, memory, columns, IPFIX and documentation follow from the declaration.
 * @throws {ChainError} WEIR_CHAIN_NAME, WEIR_CHAIN_FIELD, WEIR_CHAIN_HOOK
 */
export function defineChain<const N extends string, F extends Fields = {}, D extends Fields = {}, const Q extends readonly AnyChain[] = []>(
  spec: { name: N; doc: string; fields?: F & Own<F, D>; directional?: D; requires?: Q } & Hooks<FlowView<F, D, Q>>): Chain<N, F, D, Q> {
  const fields = (spec.fields ?? {}) as F
  const directional = spec.directional ?? ({} as D)
  const requires = spec.requires ?? ([] as unknown as Q)
  checkNames(spec.name, fields, directional)
  const hooks = new Map<HookName, (...args: never[]) => unknown>()
  for (const name of HOOK_NAMES) {
    const hook: unknown = (spec as unknown as Record<string, unknown>)[name]
    if (hook === undefined) continue
    if (typeof hook !== 'function') throw new ChainError('WEIR_CHAIN_HOOK', `chain '${spec.name}': hook '${name}' is no function`)
    hooks.set(name, hook as (...args: never[]) => unknown)
  }
  const layout = chainLayout(fields, directional)
  const required = requires.map(internalsOf)
  let views: ViewClasses | null = null
  const internals: ChainInternals = {
    layout, hooks,
    // of the many chains that a program knows, it uses a few
    get views() { return (views ??= makeViews(layout, required.map((each) => each.views))) },
  }
  const columns: readonly ColumnInfo[] = columnsOf(spec.name, fields, directional)
  const chain = { name: spec.name, doc: spec.doc, fields, directional, requires, columns }
  Object.defineProperty(chain, INTERNALS, { value: internals })
  return Object.freeze(chain) as unknown as Chain<N, F, D, Q>
}

/** True for what `defineChain` made, also in another copy of the package. */
export function isChain(value: unknown): value is AnyChain {
  return typeof value === 'object' && value !== null && INTERNALS in value
}

export function internalsOf(chain: AnyChain): ChainInternals {
  // JavaScript passes anything
  const internals = (chain as unknown as { [INTERNALS]?: ChainInternals } | null | undefined)?.[INTERNALS]
  if (internals === undefined) throw new ChainError('WEIR_CHAIN_NAME', `'${String(chain?.name || chain)}' is no chain: make it with defineChain`)
  return internals
}

const NAME = /^[a-z][a-z0-9_]*$/

function checkNames(chain: string, fields: Fields, directional: Fields): void {
  if (!/^[a-z][a-z0-9_-]*$/.test(chain)) throw new ChainError('WEIR_CHAIN_NAME', `'${chain}' is no name for a chain: lower case letters, digits, _ and -, a letter first`)
  const taken = new Set<string>(RESERVED_NAMES)
  const take = (name: string, written: string): void => {
    if (!NAME.test(written)) throw new ChainError('WEIR_CHAIN_FIELD', `chain '${chain}': '${written}' is no name for a field: lower case letters, digits and _, a letter first`)
    if (taken.has(name)) throw new ChainError('WEIR_CHAIN_FIELD', `chain '${chain}': the record has '${name}' already`)
    taken.add(name)
  }
  for (const [name, field] of Object.entries(directional)) {
    if (field.kind === 'flow') throw new ChainError('WEIR_CHAIN_FIELD', `chain '${chain}': '${name}' is of the whole flow, not of a side`)
    take(`${name}_fwd`, name)
    take(`${name}_rev`, name)
  }
  for (const name of Object.keys(fields)) take(name, name)
}

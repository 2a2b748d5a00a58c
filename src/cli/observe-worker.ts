import { work } from '../index.ts'
import { chainsOf } from './chain-module.ts'

/** What makes the chains, as the command was told. */
export interface ChainNames {
  readonly names: string
  readonly modules: readonly string[]
}

// one of the threads of --workers
await work((data) => {
  const { names, modules } = data as ChainNames
  return chainsOf(names, modules)
})

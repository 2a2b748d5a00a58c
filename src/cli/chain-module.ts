import { existsSync } from 'node:fs'
import { register } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

import type { AnyChain, ChainMaker } from '../index.ts'
import * as flowweir from '../index.ts'

/** What a module of the user has: its chains, and functions that may make some, by name in lower case. */
export interface ChainModule {
  readonly path: string
  readonly chains: ReadonlyMap<string, AnyChain>
  readonly makers: ReadonlyMap<string, ChainMaker>
}

const { ChainError, isChain } = flowweir

const TYPESCRIPT = /\.[cm]?tsx?$/i

/** Load chains from a module, in JavaScript or TypeScript, wherever it lies. @throws {ChainError} WEIR_CHAIN_MODULE */
export async function loadChainModule(path: string): Promise<ChainModule> {
  const file = resolve(path)
  if (!existsSync(file)) throw new ChainError('WEIR_CHAIN_MODULE', `${path}: there is no such file`)
  const exported = await load(path, file)
  const chains = new Map<string, AnyChain>(), makers = new Map<string, ChainMaker>()
  for (const [name, value] of Object.entries(exported)) {
    if (isChain(value)) chains.set(value.name, value)
    else if (typeof value === 'function') makers.set(name.toLowerCase(), value as ChainMaker)
  }
  if (chains.size === 0 && makers.size === 0) {
    const names = Object.keys(exported)
    throw new ChainError('WEIR_CHAIN_MODULE', `${path} exports no chain, ${names.length === 0 ? 'nor anything else' : `only ${names.join(', ')}`}: export what defineChain returns`)
  }
  return { path, chains, makers }
}

async function load(path: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return TYPESCRIPT.test(file) ? await loadTypeScript(path, file) : await loadJavaScript(file)
  } catch (error) {
    if (error instanceof ChainError && error.code === 'WEIR_CHAIN_MODULE') throw error
    throw new ChainError('WEIR_CHAIN_MODULE', `${path}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`, { cause: error })
  }
}

let isRegistered = false

/** By Node itself, which is told where `flowweir` is. */
function loadJavaScript(file: string): Promise<Readonly<Record<string, unknown>>> {
  if (!isRegistered) {
    register(new URL('./own-package.js', import.meta.url), { data: Object.fromEntries(Object.entries(OWN).map(([name, path]) => [name, new URL(path, import.meta.url).href])) })
    isRegistered = true
  }
  return import(pathToFileURL(file).href) as Promise<Readonly<Record<string, unknown>>>
}

const OWN = { 'flowweir': '../index.js', 'flowweir/testing': '../testing/build.js' }

/** Types are taken out, not checked. */
async function loadTypeScript(path: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  const { createJiti } = await import('jiti').catch((cause: unknown) => {
    throw new ChainError('WEIR_CHAIN_MODULE', `${path} is TypeScript, which jiti reads: npm install jiti@2.7.0, or compile it`, { cause })
  })
  const testing = new URL(OWN['flowweir/testing'], import.meta.url)
  const jiti = createJiti(import.meta.url, { fsCache: false, virtualModules: { 'flowweir': flowweir, 'flowweir/testing': await import(testing.href) } })
  return jiti.import(file)
}

/** The chains that are named, and behind them those of the modules that are not. @throws {ChainError} WEIR_CHAIN_MODULE @throws {OptionError} WEIR_OPTION_CHAINS */
export async function chainsOf(names: string, paths: readonly string[]): Promise<AnyChain[]> {
  const modules: ChainModule[] = []
  for (const path of paths) modules.push(await loadChainModule(path))
  const more = new Map<string, AnyChain | ChainMaker>(modules.flatMap(({ chains, makers }) => [...chains, ...makers]))
  const named = flowweir.chainsByName(names, more)
  for (const { path, chains, makers } of modules) {
    if (chains.size === 0 && !mentions(names, makers)) throw new ChainError('WEIR_CHAIN_MODULE', `${path} exports no chain, only functions: name one that makes a chain, as in -c basic,${[...makers.keys()].join(',')}`)
  }
  const others = modules.flatMap(({ chains }) => [...chains.values()]).filter(({ name }, i, all) => ![...named, ...all.slice(0, i)].some((chain) => chain.name === name))
  return [...named, ...others]
}

function mentions(names: string, makers: ReadonlyMap<string, ChainMaker>): boolean {
  return names.split(',').some((each) => makers.has(each.split(':')[0].trim().toLowerCase()))
}

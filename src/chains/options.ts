import type { AnyChain } from '../chain/types.ts'
import { OptionError } from '../errors.ts'

/** A whole number that a chain is made with. */
export interface ChainOption {
  readonly doc: string
  readonly default: number
  readonly min: number
  readonly max: number
}

/** A chain that takes options: what they are, and how it is made. */
export interface OptionedChain {
  readonly options: Readonly<Record<string, ChainOption>>
  make(values: Readonly<Record<string, number>>): AnyChain
}

/** The value of an option, or its default. @throws {OptionError} WEIR_OPTION_CHAINS, for one that it cannot be */
export function optionOf(chain: string, name: string, { default: otherwise, min, max }: ChainOption, value: number | undefined): number {
  if (value === undefined) return otherwise
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw new OptionError('WEIR_OPTION_CHAINS', `chain '${chain}': ${name} is ${value}: it must be a whole number from ${min} to ${max}`)
}

/** Read what is written behind a chain's name: `n=50:seed=1`. @throws {OptionError} WEIR_OPTION_CHAINS */
export function optionsOf(chain: string, { options }: OptionedChain, texts: readonly string[]): Record<string, number> {
  return Object.fromEntries(texts.map((text) => {
    const [name, value, ...rest] = text.split('=').map((each) => each.trim())
    if (!Object.hasOwn(options, name)) throw new OptionError('WEIR_OPTION_CHAINS', `chain '${chain}' has no option '${name}': it takes ${Object.keys(options).join(', ')}`)
    if (rest.length > 0 || value === undefined || !/^\d+$/.test(value)) throw new OptionError('WEIR_OPTION_CHAINS', `chain '${chain}': '${text}' gives ${name} no number: write ${chain}:${name}=${options[name].default}`)
    return [name, optionOf(chain, name, options[name], Number(value))]
  }))
}

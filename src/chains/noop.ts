import { defineChain } from '../chain/define.ts'

/** PATHspider's noop chain. */
export const noop = defineChain({ name: 'noop', doc: 'Adds nothing: records have their times only.' })

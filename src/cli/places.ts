import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'

import { OptionError } from '../index.ts'

interface Places {
  readonly sources: readonly string[]
  readonly output: string
  readonly summary?: string | undefined
}

/** Refuse what would write over a capture, or two things to one place. @throws {OptionError} */
export async function checkPlaces({ sources, output, summary }: Places): Promise<void> {
  if (output === '') throw new OptionError('WEIR_OPTION_VALUE', '--output names no file: give a path, or - for standard output')
  if (summary === '') throw new OptionError('WEIR_OPTION_VALUE', '--summary names no file: give a path, or - for standard output')
  const records = await identity(output)
  const ledger = summary === undefined ? null : await identity(summary)
  if (ledger !== null && ledger === records) throw new OptionError('WEIR_OPTION_VALUE', `--output and --summary are both ${output === '-' ? 'standard output' : output}: name two places`)
  for (const source of sources) {
    // behind a scheme, or as it is
    for (const path of [source, source.replace(/^[a-z]+:/i, '')]) {
      const capture = path === '-' ? null : await identity(path)
      if (capture !== null && (capture === records || capture === ledger)) throw new OptionError('WEIR_OPTION_VALUE', `${source} is a source: it cannot be written to at the same time`)
    }
  }
}

/** What two names of one place have in common; null for devices and pipes, which may be written to twice. */
async function identity(path: string): Promise<string | null> {
  if (path === '-') return '-'
  try {
    const stats = await stat(path)
    return stats.isFile() ? `${stats.dev}:${stats.ino}` : null
  } catch {
    return resolve(path)
  }
}

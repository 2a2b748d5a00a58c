import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

import { OptionError } from '../index.ts'

interface Places {
  readonly sources: readonly string[]
  readonly outputs: readonly string[]
  readonly summary?: string | undefined
  /** Of the key to anonymize with. */
  readonly key?: string | undefined
}

/** Refuse what would write over a capture or a key, or two things to one place. @throws {OptionError} */
export async function checkPlaces({ sources, outputs, summary, key }: Places): Promise<void> {
  const targets = [...outputs.map((path) => ({ option: '--output', path })), ...(summary === undefined ? [] : [{ option: '--summary', path: summary }])]
  const taken = new Map<string, string>()
  for (const { option, path } of targets) {
    if (path === '') throw new OptionError('WEIR_OPTION_VALUE', `${option} names no file: give a path, or - for standard output`)
    const place = await identity(path)
    if (place === null) continue
    const other = taken.get(place)
    if (other !== undefined) throw new OptionError('WEIR_OPTION_VALUE', `${other === option ? `two of ${option}` : `${other} and ${option}`} are both ${path === '-' ? 'standard output' : path}: name two places`)
    taken.set(place, option)
  }
  const keyPlace = key === undefined ? null : await identity(key)
  if (keyPlace !== null && taken.has(keyPlace)) throw new OptionError('WEIR_OPTION_VALUE', `${key} is the key to anonymize with: it cannot be written to`)
  for (const source of sources) {
    // behind a scheme, or as it is
    for (const path of [source, source.replace(/^[a-z]+:/i, '')]) {
      const capture = path === '-' ? null : await identity(path)
      if (capture !== null && taken.has(capture)) throw new OptionError('WEIR_OPTION_VALUE', `${source} is a source: it cannot be written to at the same time`)
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
    return join(await realpath(dirname(path)).catch(() => resolve(dirname(path))), basename(path))
  }
}

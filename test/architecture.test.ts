import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * What each part of `src` may import, itself apart: parts, single files, packages; `node:` and `npm` are any of these.
 * `errors, ledger <- packet <- flow <- chain <- chains`; sources and sinks stand beside; the observer joins them.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  errors: [],
  ledger: ['errors'],
  schema: ['errors'],
  packet: ['errors', 'ledger'],
  flow: ['errors', 'ledger', 'packet'],
  chain: ['errors', 'ledger', 'packet', 'flow', 'schema'],
  chains: ['errors', 'ledger', 'packet', 'flow', 'schema', 'chain'],
  source: ['errors', 'packet', 'node:', 'npm'],
  sink: ['errors', 'ledger', 'packet/address', 'schema', 'node:', 'npm'],
  anonymize: ['errors', 'schema', 'node:'],
  observer: ['errors', 'ledger', 'packet', 'flow', 'schema', 'chain', 'chains', 'source', 'sink'],
  workers: ['errors', 'ledger', 'schema', 'chain', 'source', 'sink', 'observer', 'node:'],
  observe: ['errors', 'packet', 'schema', 'chain', 'chains', 'source', 'sink', 'observer'],
  index: ['errors', 'ledger', 'packet', 'flow', 'schema', 'chain', 'chains', 'source', 'sink', 'anonymize', 'observer', 'observe', 'workers'],
  cli: ['index', 'node:', 'commander', 'jiti'],
  testing: ['packet', 'index'],
}

function filesUnder(directory: string): string[] {
  if (!existsSync(join(root, directory))) return []
  return readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[jt]s$/.test(name))
    .map((name) => join(directory, name))
    .sort()
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

/** Every module that a text names in an import or export, static or dynamic, of values or of types. Comments do not count. */
function importsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  const found = code.matchAll(/(?:^|[\s;}])(?:import|export)\b[^'"`;()]*?from\s*['"]([^'"]+)['"]|\bimport\s*\(\s*['"`]([^'"`]+)['"`]|^\s*import\s*['"]([^'"]+)['"]/gm)
  return Array.from(found, ([, from, dynamic, bare]) => from ?? dynamic ?? bare)
}

interface Edge {
  /** `flow/key` for src/flow/key.ts. */
  readonly from: string
  /** The same of a file of ours; a package's or a node: module's name as it is. */
  readonly to: string
  readonly module: string
  readonly ours: boolean
}

const sources = filesUnder('src')
const edges = sources.flatMap((file) => importsOf(read(file)).map((module): Edge => {
  const ours = module.startsWith('.')
  return { from: nameOf(file), to: ours ? nameOf(join(dirname(file), module)) : module, module, ours }
}))

function nameOf(file: string): string {
  return relative('src', file).replace(/\.[jt]s$/, '')
}

/** The part of a file: its directory, or the first word of its name (`observer-flush` is of `observer`). */
function partOf(name: string): string {
  return name.split('/')[0].split('-')[0]
}

function allowed({ from, to, ours }: Edge): boolean {
  const part = partOf(from)
  const may = MAY_IMPORT[part] ?? []
  if (!ours) return may.includes(to) || may.includes(to.startsWith('node:') ? 'node:' : 'npm')
  return partOf(to) === part || may.includes(to) || may.includes(partOf(to))
}

describe('the import rule', () => {
  it('knows every part of src', () => {
    expect(sources.map((file) => partOf(nameOf(file))).filter((part) => !(part in MAY_IMPORT))).toEqual([])
  })

  it('imports point one way', () => {
    expect(edges.filter((edge) => !allowed(edge)).map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
  })

  it('files are imported by their own name, with .ts', () => {
    expect(edges.filter(({ ours, module }) => ours && !module.endsWith('.ts')).map(({ from, module }) => `${from} imports ${module}`)).toEqual([])
  })

  it('there are no cycles', () => {
    expect(cycles()).toEqual([])
  })

  it('every package that is imported is one that package.json names', () => {
    const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = JSON.parse(read('package.json'))
    const named = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
    const packages = edges.filter(({ ours, to }) => !ours && !to.startsWith('node:')).map(({ to }) => to.split('/').slice(0, to.startsWith('@') ? 2 : 1).join('/'))
    expect(packages.filter((name) => !named.includes(name))).toEqual([])
  })

  it('examples and benchmarks use the public API alone', () => {
    const outside = [...filesUnder('examples'), ...filesUnder('bench')].flatMap((file) => importsOf(read(file)).map((module) => ({ file, module })))
    const reaching = outside.filter(({ file, module }) => module.startsWith('.') && /^(src|dist)\//.test(join(dirname(file), module)))
    expect(reaching.filter(({ file, module }) => !/^(src|dist)\/index\.[jt]s$/.test(join(dirname(file), module)))).toEqual([])
  })

  it('is checked by a reader of imports that finds them all', () => {
    const text = "import a from 'a'\nimport type {\n  B } from './b.ts'\nexport * from 'c'\nimport 'd'\n/** import x from 'no' */\n// import 'no'\nconst e = await import('e')\nconst s = 'from'\n"
    expect(importsOf(text)).toEqual(['a', './b.ts', 'c', 'd', 'e'])
  })
})

describe('the house', () => {
  it('no file is named for being of use', () => {
    expect(sources.filter((file) => /(^|[/-])(utils?|helpers?|common|misc)[./-]/.test(file))).toEqual([])
  })

  it('no file has more than 300 lines', () => {
    expect(sources.map((file) => ({ file, lines: read(file).split('\n').length - 1 })).filter(({ lines }) => lines > 300)).toEqual([])
  })
})

/** Each cycle once, as the path that closes it. */
function cycles(): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' -> '))
    if (path.includes(file) || done.has(file)) return
    for (const { to } of edges.filter(({ from, ours }) => ours && from === file)) visit(to, [...path, file])
    done.add(file)
  }
  for (const file of sources) visit(nameOf(file), [])
  return found
}

/** Hooks of Node's module loader: a module of the user finds the running copy of weir by its name, wherever it lies. */

interface Resolved {
  readonly url: string
  readonly shortCircuit?: boolean
}

let own: Readonly<Record<string, string>> = {}

export function initialize(urls: Readonly<Record<string, string>>): void {
  own = urls
}

export function resolve(specifier: string, context: unknown, next: (specifier: string, context: unknown) => Promise<Resolved>): Resolved | Promise<Resolved> {
  return Object.hasOwn(own, specifier) ? { url: own[specifier], shortCircuit: true } : next(specifier, context)
}

import { type Scheme, schemeOf } from './schemes.ts'

/** What a libtrace URI names: a scheme, which is not case-sensitive, a colon and a body; or a path alone. */
export interface Uri {
  /** Null for a path alone. */
  readonly scheme: Scheme | null
  /** What follows the scheme: a path or an interface. `-` is standard input. */
  readonly body: string
  /** What looks like a scheme, and is none that weir knows; it may be part of a file's name. */
  readonly unknown: string | null
}

export function parseUri(uri: string): Uri {
  // libtrace: an empty scheme is none
  if (uri.startsWith(':')) return { scheme: null, body: uri.slice(1), unknown: null }
  const match = /^([a-z][a-z0-9+.-]+):(.*)$/is.exec(uri)
  if (match === null) return { scheme: null, body: uri, unknown: null }
  const name = match[1].toLowerCase()
  const scheme = schemeOf(name)
  if (scheme === undefined) return { scheme: null, body: uri, unknown: name }
  // RFC 8089 section 2: `file://` and an absolute path
  return { scheme, body: name === 'file' ? match[2].replace(/^\/\//, '') : match[2], unknown: null }
}

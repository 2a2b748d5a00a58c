/** Schemes of captures in files. Which format a file has is told by its first octets: `pcap:x.pcapng` is as good as `pcapng:x.pcap`. */
export const FILE_SCHEMES = ['file', 'pcap', 'pcapfile', 'pcapng'] as const

export interface FileUri {
  kind: 'file'
  /** `-` is standard input. */
  path: string
}

/** Looks like a scheme, and is none that weir knows; or a file whose name has a colon. */
export interface UnknownUri {
  kind: 'unknown'
  scheme: string
  path: string
}

/** A libtrace URI: a scheme, which is not case-sensitive, a colon and a path; or a path alone. */
export function parseUri(uri: string): FileUri | UnknownUri {
  const match = /^([a-z][a-z0-9+.-]+):(.*)$/is.exec(uri)
  if (match === null) return { kind: 'file', path: uri }
  const scheme = match[1].toLowerCase()
  if (!(FILE_SCHEMES as readonly string[]).includes(scheme)) return { kind: 'unknown', scheme, path: uri }
  // RFC 8089 section 2: `file://` and an absolute path
  return { kind: 'file', path: scheme === 'file' ? match[2].replace(/^\/\//, '') : match[2] }
}

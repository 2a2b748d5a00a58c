/** Values of a TCP header's options by kind, of duplicates the first; one that is not whole ends them, and is null where the capture cut it. */
export function tcpOptions(header: Uint8Array, isCut: boolean): Map<number, Uint8Array | null> {
  const options = new Map<number, Uint8Array | null>()
  const end = Math.min((header[12] >> 4) * 4, header.length)
  for (let at = 20; at < end && header[at] !== 0; ) {
    if (header[at] === 1) {
      at++
      continue
    }
    const length = header[at + 1]
    if (at + 1 >= end || length < 2 || at + length > end) {
      if (isCut && (header[12] >> 4) * 4 > end && !options.has(header[at])) options.set(header[at], null)
      break
    }
    if (!options.has(header[at])) options.set(header[at], header.subarray(at + 2, at + length))
    at += length
  }
  return options
}

/** True where the options end between the kind of one and its length. */
export function cutOption(header: Uint8Array): boolean {
  const end = Math.min((header[12] >> 4) * 4, header.length)
  let at = 20
  while (at < end && header[at] !== 0) {
    if (header[at] === 1) at++
    else if (at + 1 >= end) return true
    else if (header[at + 1] < 2) return false
    else at += header[at + 1]
  }
  return false
}

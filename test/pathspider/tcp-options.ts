/** Values of a TCP header's options by kind, of duplicates the first; one that is not whole ends them. */
export function tcpOptions(header: Uint8Array): Map<number, Uint8Array> {
  const options = new Map<number, Uint8Array>()
  const end = Math.min((header[12] >> 4) * 4, header.length)
  for (let at = 20; at < end && header[at] !== 0; ) {
    if (header[at] === 1) {
      at++
      continue
    }
    const length = header[at + 1]
    if (at + 1 >= end || length < 2 || at + length > end) break
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

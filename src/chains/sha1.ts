/** SHA-1, for identifiers that are defined by it; it protects nothing. @source RFC 3174 section 6.1 */
export function sha1(message: Uint8Array): Uint8Array {
  const blocks = new DataView(new ArrayBuffer((((message.length + 8) >> 6) + 1) << 6))
  new Uint8Array(blocks.buffer).set(message)
  blocks.setUint8(message.length, 0x80)
  blocks.setUint32(blocks.byteLength - 4, message.length * 8)
  const hash = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0)
  const words = new Int32Array(80)
  for (let at = 0; at < blocks.byteLength; at += 64) {
    for (let t = 0; t < 16; t++) words[t] = blocks.getInt32(at + t * 4)
    for (let t = 16; t < 80; t++) words[t] = rotate(words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16], 1)
    round(hash, words)
  }
  const digest = new DataView(new ArrayBuffer(20))
  hash.forEach((word, i) => digest.setInt32(i * 4, word))
  return new Uint8Array(digest.buffer)
}

function round(hash: Int32Array, words: Int32Array): void {
  let a = hash[0], b = hash[1], c = hash[2], d = hash[3], e = hash[4]
  for (let t = 0; t < 80; t++) {
    const mixed = t < 20 ? ((b & c) | (~b & d)) + 0x5a827999
      : t < 40 ? (b ^ c ^ d) + 0x6ed9eba1
        : t < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
          : (b ^ c ^ d) + 0xca62c1d6
    const next = (rotate(a, 5) + mixed + e + words[t]) | 0
    e = d
    d = c
    c = rotate(b, 30)
    b = a
    a = next
  }
  hash[0] += a
  hash[1] += b
  hash[2] += c
  hash[3] += d
  hash[4] += e
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

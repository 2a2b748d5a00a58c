import { Lz4Window } from './lz4-block.ts'
import { PieceReader } from './piece-reader.ts'
import { XxHash32, xxHash32 } from './xxhash32.ts'

const MAGIC = 0x184d2204
/** Sixteen of them. */
const SKIPPABLE = 0x184d2a5
/** Flags of the frame descriptor. */
const VERSION = 0x40, VERSION_MASK = 0xc0, BLOCK_CHECKSUM = 0x10, CONTENT_SIZE = 0x08, CONTENT_CHECKSUM = 0x04, DICTIONARY = 0x01
/** Of a block's size: it is not compressed. */
const STORED = 0x80000000

/** LZ4 frames where the system has no lz4: one or more, one after the other. @source doc/lz4_Frame_format.md of LZ4, version 1.6 */
export async function* decodeLz4(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = new PieceReader(pieces)
  while (!(await input.ended())) {
    const magic = word(await input.take(4))
    if (magic === MAGIC) yield* frame(input)
    else if (magic >>> 4 === SKIPPABLE) await input.skip(word(await input.take(4)))
    else throw new Error('what follows is no lz4 frame')
  }
}

async function* frame(input: PieceReader): AsyncGenerator<Uint8Array> {
  const { flags, largest } = await descriptor(input)
  const window = new Lz4Window(largest)
  const hash = (flags & CONTENT_CHECKSUM) !== 0 ? new XxHash32() : null
  for (;;) {
    const size = word(await input.take(4))
    if (size === 0) break
    const octets = size & ~STORED
    if (octets > largest) throw new Error(`a block has ${octets} octets; ${largest} is the most`)
    const block = await input.take(octets)
    if ((flags & BLOCK_CHECKSUM) !== 0) verify(word(await input.take(4)), xxHash32(block), 'block')
    const decoded = size >>> 31 === 1 ? window.store(block) : window.decode(block)
    hash?.update(decoded)
    yield decoded
  }
  if (hash !== null) verify(word(await input.take(4)), hash.digest(), 'content')
}

async function descriptor(input: PieceReader): Promise<{ flags: number; largest: number }> {
  const start = await input.take(2)
  const [flags, blocks] = start
  if ((flags & VERSION_MASK) !== VERSION) throw new Error('the frame has another version')
  if ((flags & DICTIONARY) !== 0) throw new Error('the frame needs a dictionary')
  const size = (blocks >> 4) & 7
  if (size < 4) throw new Error('the size of blocks is not known')
  const contentSize = await input.take((flags & CONTENT_SIZE) !== 0 ? 8 : 0)
  const header = new Uint8Array([...start, ...contentSize])
  verify((await input.take(1))[0], (xxHash32(header) >>> 8) & 0xff, 'header')
  return { flags, largest: 1 << (8 + 2 * size) }
}

function verify(said: number, is: number, what: string): void {
  if (said !== is) throw new Error(`the checksum of the ${what} is wrong`)
}

function word(octets: Uint8Array): number {
  return new DataView(octets.buffer, octets.byteOffset).getUint32(0, true)
}


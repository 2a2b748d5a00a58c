import { parentPort, workerData } from 'node:worker_threads'

import { Truncated } from './decoded-reader.ts'
import { type Decoded, decoderOf } from './decoders.ts'

/** Compressed octets, null behind the last of them, or a block that was read and may be filled again. */
export type Heard = Uint8Array | ArrayBuffer | null
/** Decompressed octets; that there is room for another piece; or how it ended. */
export type Said = Uint8Array | 'hungry' | 'end' | { readonly truncated: boolean; readonly why: string }

/** Decompressed octets that are handed over at a time, and how many of these there are. */
const BLOCK = 1 << 20
const BLOCKS = 8

const pieces: (Uint8Array | null)[] = []
const free = Array.from({ length: BLOCKS }, () => new ArrayBuffer(BLOCK))
/** Octets are awaited, and room for others: a decoder may read ahead. */
const waiting: (() => void)[] = []
let block = new Uint8Array(0)
let filled = 0

// in a thread that decoder-thread.ts has started
const port = parentPort!
const say = (message: Said): void => port.postMessage(message, message instanceof Uint8Array ? [message.buffer as ArrayBuffer] : [])
const heard = (): Promise<void> => new Promise(resolve => waiting.push(resolve))

port.on('message', (message: Heard) => {
  if (message instanceof ArrayBuffer) free.push(message)
  else pieces.push(message)
  for (const wake of waiting.splice(0)) wake()
})

async function* compressed(): AsyncGenerator<Uint8Array> {
  for (;;) {
    // who waits for more had better get what there is
    if (pieces.length === 0) handOver()
    while (pieces.length === 0) await heard()
    const piece = pieces.shift()!
    if (piece === null) return
    say('hungry')
    yield piece
  }
}

async function keep(decoded: Uint8Array): Promise<void> {
  for (let at = 0; at < decoded.length; ) {
    if (filled === block.length) {
      handOver()
      while (free.length === 0) await heard()
      block = new Uint8Array(free.pop()!)
    }
    const part = decoded.subarray(at, at + block.length - filled)
    block.set(part, filled)
    filled += part.length
    at += part.length
  }
}

function handOver(): void {
  if (filled > 0) say(block.subarray(0, filled))
  else if (block.length > 0) free.push(block.buffer)
  block = new Uint8Array(0)
  filled = 0
}

try {
  const decode = await decoderOf(workerData as Decoded)
  for await (const decoded of decode(compressed())) await keep(decoded)
  handOver()
  say('end')
} catch (error) {
  handOver()
  say({ truncated: error instanceof Truncated, why: error instanceof Error ? error.message : String(error) })
}
port.close()

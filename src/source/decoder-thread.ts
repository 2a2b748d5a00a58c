import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'

import type { Heard, Said } from './decoder-worker.ts'
import { type Decoder, Truncated } from './decoded-reader.ts'
import type { Decoded } from './decoders.ts'

/** Compressed pieces that are on their way to the thread: where there are fewer, it waits until this one has parsed. */
const AHEAD = 16

/** The decoder of a compression, on a thread of its own. */
export function onThread(compression: Decoded): Decoder {
  return async function* (pieces) {
    const worker = new Worker(script(), { workerData: compression, execArgv: [] })
    const compressed = pieces[Symbol.asyncIterator]()
    const said: (Said | Error)[] = []
    let wake: () => void = () => undefined
    const hear = (message: Said | Error): void => {
      said.push(message)
      wake()
    }
    const feed = async (): Promise<void> => {
      try {
        const { value, done } = await compressed.next()
        tell(worker, done === true ? null : value)
      } catch (error) {
        hear(error as Error)
      }
    }
    worker.on('message', (message: Said) => (message === 'hungry' ? void feed() : hear(message)))
    worker.on('error', hear)
    for (let i = 0; i < AHEAD; i++) void feed()
    try {
      for (;;) {
        while (said.length === 0) await new Promise<void>(resolve => (wake = resolve))
        const message = said.shift()!
        if (message === 'end') return
        if (message instanceof Error) throw message
        if (message instanceof Uint8Array) {
          yield message
          tell(worker, message.buffer as ArrayBuffer)
        } else if (message !== 'hungry') throw message.truncated ? new Truncated() : new Error(message.why)
      }
    } finally {
      await worker.terminate()
    }
  }
}

function tell(worker: Worker, message: Heard): void {
  worker.postMessage(message, message === null ? [] : [message instanceof Uint8Array ? (message.buffer as ArrayBuffer) : message])
}

/** A thread runs what was built, whoever starts it; a bundle has its modules elsewhere than beside this one. */
function script(): string {
  return join(dirname(createRequire(import.meta.url).resolve('flowweir/package.json')), 'dist', 'source', 'decoder-worker.js')
}

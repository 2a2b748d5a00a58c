import type { MessagePort } from 'node:worker_threads'

import type { Batch } from '../schema/schema.ts'
import type { Sink } from '../sink/sink.ts'
import { BatchPacker } from './batch-copy.ts'
import type { FromWorker, ToWorker } from './messages.ts'

/** Batches that are on their way at a time. Where they are not taken, the worker waits, as for any slow sink. */
const ON_THEIR_WAY = 4

/** Something that is waited for until it is said. */
class Said<T> {
  readonly heard: Promise<T>
  say: (value: T) => void = () => undefined
  constructor() {
    this.heard = new Promise((resolve) => (this.say = resolve))
  }
}

/** What a worker is told. It is the sink of the worker's records, too, which says when more may come. */
export class Orders implements Sink {
  readonly #group = new Said<number | null>()
  readonly #begin = new Said<void>()
  readonly #leave = new Said<void>()
  readonly #stop = new AbortController()
  readonly #port: MessagePort
  readonly #packer = new BatchPacker()
  #onTheirWay = 0
  #discards = false
  #taken: () => void = () => undefined
  /** Told what is asked of an observer while it runs. */
  onRequest: (message: ToWorker & { kind: 'flush' | 'purge' }) => void = () => undefined

  constructor(port: MessagePort) {
    this.#port = port
    port.on('message', (message: ToWorker) => this.#hear(message))
  }

  /** The group to open the interface with. */
  get group(): Promise<number | null> {
    return this.#group.heard
  }

  get begin(): Promise<void> {
    return this.#begin.heard
  }

  get leave(): Promise<void> {
    return this.#leave.heard
  }

  /** Aborted when it is to stop; what else was waited for is then said at once. */
  get stop(): AbortSignal {
    return this.#stop.signal
  }

  post(message: FromWorker, move: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(message, move)
  }

  open(): void {}

  async write(batch: Batch): Promise<void> {
    if (this.#discards) return
    const message = this.#packer.pack(batch)
    this.post(message, message.memory)
    this.#onTheirWay++
    while (this.#onTheirWay >= ON_THEIR_WAY && !this.#discards) await new Promise<void>((resolve) => (this.#taken = resolve))
  }

  close(): void {}

  /** Hear nothing more: the thread may end. */
  end(): void {
    this.#port.close()
  }

  #hear(message: ToWorker): void {
    switch (message.kind) {
      case 'open':
        return this.#group.say(message.group)
      case 'begin':
        return this.#begin.say()
      case 'leave':
        return this.#leave.say()
      case 'taken':
        this.#onTheirWay--
        return this.#taken()
      case 'stop':
        this.#discards ||= message.discard
        this.#stop.abort()
        this.#group.say(null)
        this.#begin.say()
        return this.#taken()
      default:
        this.onRequest(message)
    }
  }
}

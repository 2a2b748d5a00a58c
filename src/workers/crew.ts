import { Worker } from 'node:worker_threads'

import type { Warning } from '../observer/options.ts'
import { BatchCopies, type BatchMessage } from './batch-copy.ts'
import { type FromWorker, received, type Status, type Task, type ToWorker } from './messages.ts'

/** What comes from workers, in the order in which it comes. */
export type Coming =
  | { readonly kind: 'ready'; readonly group: number }
  | { readonly kind: 'batch'; readonly message: BatchMessage; readonly from: Member }
  | { readonly kind: 'ended'; readonly error: Error | null }

/** One worker, as it is seen from outside. */
export class Member {
  status: Status | null = null
  ended = false
  readonly copies = new BatchCopies()
  /** Settled when the thread is gone. */
  readonly gone: Promise<void>
  readonly #worker: Worker

  constructor(module: URL, task: Task, hear: (message: FromWorker) => void) {
    this.#worker = new Worker(module, { workerData: task })
    this.#worker.on('message', hear)
    // what is thrown where nobody catches it
    this.#worker.on('error', (error) => hear({ kind: 'ended', error: { type: '', message: error.message, stack: error.stack ?? '', cause: null, properties: {} } }))
    this.gone = new Promise((resolve) => this.#worker.on('exit', () => {
      if (!this.ended) hear({ kind: 'ended', error: { type: '', message: `the module ${module.href} ended without work`, stack: '', cause: null, properties: {} } })
      resolve()
    }))
  }

  tell(message: ToWorker): void {
    this.#worker.postMessage(message)
  }
}

/** All workers of an observation. */
export class Crew {
  readonly members: readonly Member[]
  readonly #coming: Coming[] = []
  #wake: () => void = () => undefined
  readonly #onWarning: (warning: Warning) => void

  /** @param onStatus called when some worker has said how things are */
  constructor(count: number, module: URL, task: Task, { onWarning, onStatus }: { readonly onWarning: (warning: Warning) => void; readonly onStatus: () => void }) {
    this.#onWarning = onWarning
    this.members = Array.from({ length: count }, () => {
      const member: Member = new Member(module, task, (message) => {
        this.#hear(member, message)
        if (message.kind === 'status') onStatus()
      })
      return member
    })
  }

  tell(message: ToWorker): void {
    for (const member of this.members) if (!member.ended) member.tell(message)
  }

  /** What comes next; null when every worker has ended. */
  async next(): Promise<Coming | null> {
    for (;;) {
      const next = this.#coming.shift()
      if (next !== undefined) return next
      if (this.members.every(({ ended }) => ended)) return null
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** Stop all, and wait until they are gone. They leave together: were one gone, others would hear the rest of its flows. */
  async dismiss(): Promise<void> {
    this.tell({ kind: 'stop', discard: true })
    while ((await this.next()) !== null);
    for (const member of this.members) member.tell({ kind: 'leave' })
    await Promise.all(this.members.map(({ gone }) => gone))
  }

  #hear(member: Member, message: FromWorker): void {
    switch (message.kind) {
      case 'status':
        member.status = message.status
        return
      case 'warning':
        return this.#onWarning(message.warning)
      case 'batch':
        this.#coming.push({ kind: 'batch', message, from: member })
        break
      case 'ready':
        this.#coming.push(message)
        break
      case 'ended':
        if (member.ended) return
        member.ended = true
        this.#coming.push({ kind: 'ended', error: message.error === null ? null : received(message.error) })
    }
    this.#wake()
  }
}

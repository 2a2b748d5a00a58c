import type { AnyChain } from '../chain/types.ts'
import { OptionError } from '../errors.ts'
import { Observer } from '../observer/observer.ts'
import { InterfaceNumbers } from '../source/interface-numbers.ts'
import type { RingSource } from '../source/live/ring.ts'
import { send, type Task } from './messages.ts'
import { Orders } from './orders.ts'

/** How often it is said how things are. @unit milliseconds */
const REPORT = 100

type ChainsOf = (data: unknown) => readonly AnyChain[] | Promise<readonly AnyChain[]>

/**
 * What a module does that `observeInWorkers` is given: observe some of the flows of an interface.
 * @param chainsOf makes the chains, from what `observeInWorkers` was given as `data`
 * @throws {OptionError} in any other place
 */
export async function work(chainsOf: ChainsOf): Promise<void> {
  const { parentPort, workerData } = await import('node:worker_threads')
  if (parentPort === null) throw new OptionError('WEIR_OPTION_WORKERS', 'work is for a module that observeInWorkers is given: it cannot be called elsewhere')
  const orders = new Orders(parentPort)
  const worker = new Working(workerData as Task, orders)
  const reports = setInterval(() => worker.report(), REPORT)
  let error: unknown = null
  try {
    await worker.run(chainsOf)
  } catch (cause) {
    error = cause
  }
  clearInterval(reports)
  worker.report()
  orders.post({ kind: 'ended', error: error === null ? null : send(error) })
  await orders.leave
  await worker.source?.leave()
  orders.end()
}

class Working {
  source: RingSource | null = null
  readonly #task: Task
  readonly #orders: Orders
  #observer: Observer | null = null

  constructor(task: Task, orders: Orders) {
    this.#task = task
    this.#orders = orders
  }

  async run(chainsOf: ChainsOf): Promise<void> {
    const orders = this.#orders
    const { name, live, options, data } = this.#task
    const chains = await chainsOf(data)
    const group = await orders.group
    if (orders.stop.aborted) return
    const { openRing } = await import('../source/live/ring.ts')
    const source = (this.source = await openRing(name, { ...live, interfaces: new InterfaceNumbers() }, { group }))
    const observer = (this.#observer = new Observer(async () => source, chains, { ...options, signal: orders.stop, onWarning: (warning) => orders.post({ kind: 'warning', warning }) }))
    orders.onRequest = (message) => (message.kind === 'flush' ? observer.flush() : observer.purgeIdle(message.seconds))
    orders.post({ kind: 'ready', group: source.group! })
    await orders.begin
    if (orders.stop.aborted) return
    source.begin()
    await observer.writeTo(orders)
  }

  report(): void {
    if (this.#observer === null) return
    const { ledger, active, progress, fault } = this.#observer
    this.#orders.post({ kind: 'status', status: { ledger, active, position: progress.position, fault: fault === null ? null : send(fault) } })
  }
}

import { SourceError, type WeirError } from '../errors.ts'
import type { Burst } from '../packet/burst.ts'
import type { Packet } from '../packet/packet.ts'
import { type BurstSource, givesBursts } from './burst-source.ts'
import type { Filter } from './filter/filter.ts'
import { InterfaceNumbers } from './interface-numbers.ts'
import { Merge } from './merge.ts'
import { type CaptureInput, liveOf, openSource, pathOf, type SourceOptions } from './open.ts'
import type { PacketSource } from './source.ts'

export interface SourcesOptions extends Omit<SourceOptions, 'filter'> {
  /** Read them in the order of their packets' times. */
  merge?: boolean
  /** Which packets to read, in libpcap's language. */
  filter?: string | undefined
}

/**
 * Open several captures, to be read one after the other, or, with `merge`, in the order of their packets' times. All are opened before this returns, so that one which cannot be stops a run
 * before it has written anything.
 * @throws SourceError @throws OptionError where the filter is wrong
 */
export async function openAll(from: readonly CaptureInput[], { merge = false, filter, ...options }: SourcesOptions = {}): Promise<PacketSource> {
  if (from.filter(one => typeof one === 'string' && pathOf(one) === '-').length > 1) {
    throw new SourceError('WEIR_SOURCE_STDIN', 'standard input (-) can be read once only')
  }
  if (from.length > 1 && from.some(one => liveOf(one) !== null)) {
    throw new SourceError('WEIR_SOURCE_LIVE', 'an interface is observed alone, or all of them as int:any')
  }
  const shared = { interfaces: new InterfaceNumbers(), ...options, ...(filter !== undefined && { filter: await filterOf(filter) }) }
  const sources: PacketSource[] = []
  try {
    for (const one of from) sources.push(await openSource(one, shared))
  } catch (error) {
    await Promise.all(sources.map(source => source.close()))
    throw error
  }
  if (sources.length === 1) return sources[0]
  return merge && sources.length > 1 ? new Merge(sources) : new Sequence(sources)
}

/** Loaded only where there is something to filter. */
async function filterOf(expression: string): Promise<Filter> {
  const { Filter } = await import('./filter/filter.ts')
  return new Filter(expression)
}

/** Sources one after the other, as one. A source that ends early does not stop those after it. */
export class Sequence implements BurstSource {
  fault: WeirError | null = null
  readonly #sources: readonly PacketSource[]
  #current: PacketSource
  #index = 0

  constructor(sources: readonly PacketSource[]) {
    if (sources.length === 0) throw new SourceError('WEIR_SOURCE_NONE', 'there is nothing to read: no source was named')
    this.#sources = sources
    this.#current = sources[0]
  }

  /** Of the source that is being read. */
  get name(): string {
    return this.#current.name
  }

  next(packet: Packet): boolean {
    return this.#current.next(packet)
  }

  fillBurst(burst: Burst, wanted: number): boolean {
    return givesBursts(this.#current) && this.#current.fillBurst(burst, wanted)
  }

  refill(): boolean | Promise<boolean> {
    const more = this.#current.refill()
    return more === true || this.#goOn(more)
  }

  /** Where the current source has ended, to the next one that has something. */
  async #goOn(more: boolean | Promise<boolean>): Promise<boolean> {
    while (!(await more)) {
      this.fault ??= this.#current.fault
      if (this.#index + 1 >= this.#sources.length) return false
      await this.#current.close()
      this.#current = this.#sources[++this.#index]
      more = this.#current.refill()
    }
    return true
  }

  async close(): Promise<void> {
    this.#index = this.#sources.length
    await Promise.all(this.#sources.map(source => source.close()))
  }

  get stored(): boolean {
    return this.#sources.every(source => source.stored === true)
  }

  get position(): number {
    return this.#sources.reduce((sum, source) => sum + source.position, 0)
  }

  get size(): number | null {
    return this.#sum(source => source.size, true)
  }

  get filtered(): number | null {
    return this.#sum(source => source.filtered, false)
  }

  get dropped(): number | null {
    return this.#sum(source => source.dropped, false)
  }

  /** @returns null where no source tells; or, where `every` source must, one does not. */
  #sum(figure: (source: PacketSource) => number | null, every: boolean): number | null {
    let sum: number | null = null
    for (const source of this.#sources) {
      const one = figure(source)
      if (one !== null) sum = (sum ?? 0) + one
      else if (every) return null
    }
    return sum
  }
}

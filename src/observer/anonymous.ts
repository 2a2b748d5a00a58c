import { OptionError } from '../errors.ts'
import type { Anonymizer } from '../schema/anonymizer.ts'
import type { AddressColumn, Batch, Schema } from '../schema/schema.ts'

/** Anonymizes batches where they lie, once the chains are done with them: whoever reads them sees the same addresses. */
export class Anonymous {
  private readonly anonymizer: Anonymizer
  private readonly prepared = new Map<number, readonly AddressColumn[]>()

  /** @throws {OptionError} WEIR_OPTION_ANONYMIZE for a field that shows addresses all the same */
  constructor(anonymizer: Anonymizer, { columns }: Schema) {
    if (typeof anonymizer?.four !== 'function' || typeof anonymizer.six !== 'function') throw new OptionError('WEIR_OPTION_ANONYMIZE', 'anonymize is no anonymizer: cryptoPan(key) makes one', { option: 'anonymize' })
    const shows = columns.find(({ showsAddresses }) => showsAddresses === true)
    if (shows !== undefined) throw new OptionError('WEIR_OPTION_ANONYMIZE', `${shows.name} of chain '${shows.chain}' is made from the true addresses, which it shows to who tries all: leave the chain away, or do not anonymize`)
    this.anonymizer = anonymizer
  }

  replace(batch: Batch): void {
    for (const { family, four, six } of this.placesOf(batch)) {
      for (let i = 0; i < batch.length; i++) {
        const is = family.data[family.offset + i * family.stride] & family.mask
        if (is === family.four) this.anonymizer.four(four.data, four.offset + i * four.stride)
        else if (is === family.six) this.anonymizer.six(six.data, six.offset + i * six.stride)
      }
    }
  }

  /** Columns of addresses; of several that show the same one, the first. */
  private placesOf(batch: Batch): readonly AddressColumn[] {
    let places = this.prepared.get(batch.id)
    if (places === undefined) {
      const all = batch.columns.filter((column): column is AddressColumn => column.kind === 'address')
      const isSame = (a: AddressColumn, b: AddressColumn): boolean => a.four.data.buffer === b.four.data.buffer && a.four.offset === b.four.offset
      places = all.filter((column, k) => all.findIndex((other) => isSame(other, column)) === k)
      this.prepared.set(batch.id, places)
    }
    return places
  }
}

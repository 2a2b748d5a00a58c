/**
 * Gives the interfaces of one observation their numbers, in the order in which they are met. Sources of one observation share one, so
 * that no two interfaces have the same number.
 */
export class InterfaceNumbers {
  #next = 0

  take(): number {
    return this.#next++
  }
}

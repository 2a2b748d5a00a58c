/**
 * A timing wheel of whole seconds. A flow hangs in the list of the second after which it is due; a packet never touches the wheel.
 * When a second comes, whoever asks takes its flows, ends those that are due and arms the others again.
 *
 *     position -> [ ]-[ ]-[row 7 <-> row 3]-[ ]-[row 9]-[ ] ...     one list a second, oldest first
 *
 * The lists are circular and doubly linked through one array: two words a row (previous, next), then two a list for its head.
 */
const SLOTS = 1024
const MASK = SLOTS - 1

export class TimingWheel {
  private readonly links: Int32Array
  private readonly capacity: number
  private position = 0
  private count = 0

  /** @param capacity rows are numbered from 0 to one less */
  constructor(capacity: number) {
    this.capacity = capacity
    this.links = new Int32Array(2 * (capacity + SLOTS))
    for (let slot = 0; slot < SLOTS; slot++) {
      const head = capacity + slot
      this.links[2 * head] = head
      this.links[2 * head + 1] = head
    }
  }

  get size(): number {
    return this.count
  }

  /** Hang `row` into the list that comes in so many seconds: at least one, at most the wheel's length (it is looked at early, then). */
  arm(row: number, seconds: number): void {
    const turns = seconds < 1 ? 1 : seconds > MASK ? MASK : seconds
    this.append(row, (this.position + turns) & MASK)
  }

  remove(row: number): void {
    const links = this.links
    const previous = links[2 * row]
    const next = links[2 * row + 1]
    links[2 * previous + 1] = next
    links[2 * next] = previous
    this.count--
  }

  /**
   * Go so many seconds forward, and collect the rows of every list that is passed, in the order of the lists and in the order in
   * which they were armed; the rows are taken out of the wheel. A year costs no more than the wheel's length.
   */
  advance(seconds: number, out: RowList): void {
    const steps = this.count === 0 ? 0 : seconds < SLOTS ? seconds : SLOTS
    this.position = (this.position + ((seconds - steps) & MASK)) & MASK
    for (let i = 0; i < steps; i++) {
      this.position = (this.position + 1) & MASK
      this.take(this.position, out)
    }
  }

  /** Collect all rows, in the order in which they would come; they stay in the wheel. */
  all(out: RowList): void {
    const links = this.links
    for (let i = 1; i <= SLOTS; i++) {
      const head = this.capacity + ((this.position + i) & MASK)
      for (let row = links[2 * head + 1]; row !== head; row = links[2 * row + 1]) out.push(row)
    }
  }

  /** Seconds until the row is looked at that `earliest` found. */
  distance = 0

  /** The row that is looked at next, with its `distance`; -1 where there is none. */
  earliest(): number {
    if (this.count === 0) return -1
    for (let i = 1; ; i++) {
      const head = this.capacity + ((this.position + i) & MASK)
      const row = this.links[2 * head + 1]
      if (row === head) continue
      this.distance = i
      return row
    }
  }

  /** The row that hangs behind `row` in the same second; -1 where it is the last. */
  after(row: number): number {
    const next = this.links[2 * row + 1]
    return next < this.capacity ? next : -1
  }

  private take(slot: number, out: RowList): void {
    const links = this.links
    const head = this.capacity + slot
    let row = links[2 * head + 1]
    if (row === head) return
    while (row !== head) {
      out.push(row)
      this.count--
      row = links[2 * row + 1]
    }
    links[2 * head] = head
    links[2 * head + 1] = head
  }

  private append(row: number, slot: number): void {
    const links = this.links
    const head = this.capacity + slot
    const last = links[2 * head]
    links[2 * row] = last
    links[2 * row + 1] = head
    links[2 * last + 1] = row
    links[2 * head] = row
    this.count++
  }
}

/** Rows in an order; grows as needed and is used again. */
export class RowList {
  rows = new Int32Array(1024)
  length = 0

  push(row: number): void {
    if (this.length === this.rows.length) {
      const grown = new Int32Array(this.rows.length * 2)
      grown.set(this.rows)
      this.rows = grown
    }
    this.rows[this.length++] = row
  }
}

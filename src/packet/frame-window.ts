/** Room for the rest of a record that a chunk cut in two, and for what is read at a time. @unit octets */
const HEADROOM = 272 << 10, CHUNK = 1 << 20

/**
 * Where a capture is read into. It is made once and never moves, so that V8 knows its memory as a constant: a number is then read in a third of the
 * instructions (docs/decisions/hot-path.md).
 */
export class FrameWindow {
  /** Of the records that fit, as long as the longest frame and its header may be. @unit octets */
  readonly headroom = HEADROOM
  /** What fits into each place. @unit octets */
  readonly chunk = CHUNK
  /** Two places, each with its headroom in front: while one is parsed, the other is read into. */
  readonly places = [HEADROOM, 2 * HEADROOM + CHUNK]
  readonly bytes = new Uint8Array(2 * (HEADROOM + CHUNK))
  /** The same memory as `bytes`. */
  readonly view = new DataView(this.bytes.buffer)
}

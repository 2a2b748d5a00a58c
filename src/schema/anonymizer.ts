/** Puts other addresses in the place of those that records have. One of your own implements this and is given to `observe`. */
export interface Anonymizer {
  /** Write over the 4 octets of an IPv4 address; the same address must become the same one each time. */
  four(bytes: Uint8Array, at: number): void
  /** Write over the 16 octets of an IPv6 address. */
  six(bytes: Uint8Array, at: number): void
}

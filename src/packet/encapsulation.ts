/** What stands in front of the innermost IP header. */
export const Encapsulation = {
  Mpls: 0,
  /** IP in IP: all four pairs of versions. @source RFC 2003; RFC 4213; RFC 2473 */
  IpInIp: 1,
  Gre: 2,
  Erspan: 3,
  Vxlan: 4,
  Geneve: 5,
  Gtp: 6,
  L2tp: 7,
  Teredo: 8,
  /** @source RFC 4023 */
  MplsInIp: 9,
} as const
export type Encapsulation = (typeof Encapsulation)[keyof typeof Encapsulation]

/** How many are kept of a packet; further ones are passed over, where they are no tunnels. */
export const MAX_ENCAPSULATIONS = 16

/** No identifier. */
export const NO_IDENTIFIER = -1

/** What was passed over in front of the innermost IP header, outermost first. How many there are, `Packet` says. */
export class Encapsulations {
  readonly kinds = new Uint8Array(MAX_ENCAPSULATIONS)
  /** Where the header around it begins, outer IP; -1 for MPLS, which has none. */
  readonly outer = new Int32Array(MAX_ENCAPSULATIONS)
  /** Where its own header begins; of MPLS, the first label. */
  readonly header = new Int32Array(MAX_ENCAPSULATIONS)
  /** VNI, key, session or tunnel endpoint; `NO_IDENTIFIER` where there is none. */
  readonly identifiers = new Float64Array(MAX_ENCAPSULATIONS)
}

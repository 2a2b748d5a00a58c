import { Octets } from './octets.ts'

/** Options of a block: code and value, in the section's byte order already. */
export type Options = readonly (readonly [code: number, value: Uint8Array])[]

/** Writes the blocks of one section. */
export class Section {
  readonly little: boolean

  constructor(little = true) {
    this.little = little
  }

  octets(): Octets {
    return new Octets(this.little)
  }

  u64(value: bigint): Uint8Array {
    return this.octets().u64(value).done()
  }

  block(type: number, body: Uint8Array, length = 12 + body.length + (-body.length & 3)): Uint8Array {
    return this.octets().u32(type, length).bytes(body).pad().u32(length).done()
  }

  header(version: readonly [number, number] = [1, 0]): Uint8Array {
    return this.block(0x0a0d0d0a, this.octets().u32(0x1a2b3c4d).u16(...version).u32(0xffffffff, 0xffffffff).done())
  }

  interface({ linkType = 1, snapLength = 0, options = [] }: { linkType?: number; snapLength?: number; options?: Options } = {}): Uint8Array {
    return this.block(1, this.#withOptions(this.octets().u16(linkType, 0).u32(snapLength), options))
  }

  /** An interface whose stamps have that if_tsresol. */
  resolution(resolution: number, offset?: bigint): Uint8Array {
    const options: [number, Uint8Array][] = [[9, Uint8Array.of(resolution)]]
    if (offset !== undefined) options.push([14, this.u64(offset)])
    return this.interface({ options })
  }

  packet(frame: Uint8Array, { id = 0, stamp = 0n, captured = frame.length, wire = captured, options = [] }: PacketFields = {}): Uint8Array {
    const [high, low] = halves(stamp)
    return this.block(6, this.#withOptions(this.octets().u32(id, high, low, captured, wire).bytes(frame).pad(), options))
  }

  simplePacket(frame: Uint8Array, wire = frame.length): Uint8Array {
    return this.block(3, this.octets().u32(wire).bytes(frame).done())
  }

  obsoletePacket(frame: Uint8Array, { id = 0, dropped = 0xffff, stamp = 0n, captured = frame.length, wire = captured }: PacketFields = {}): Uint8Array {
    return this.block(2, this.octets().u16(id, dropped).u32(...halves(stamp), captured, wire).bytes(frame).done())
  }

  statistics(id: number, options: Options): Uint8Array {
    return this.block(5, this.#withOptions(this.octets().u32(id, 0, 0), options))
  }

  #withOptions(out: Octets, options: Options): Uint8Array {
    for (const [code, value] of options) out.u16(code, value.length).bytes(value).pad()
    if (options.length > 0) out.u16(0, 0)
    return out.done()
  }
}

export interface PacketFields {
  id?: number
  dropped?: number
  stamp?: bigint
  captured?: number
  wire?: number
  options?: Options
}

/** The two words of a time stamp: the upper one comes first in either byte order. */
function halves(stamp: bigint): [number, number] {
  return [Number(BigInt.asUintN(32, stamp >> 32n)), Number(BigInt.asUintN(32, stamp))]
}

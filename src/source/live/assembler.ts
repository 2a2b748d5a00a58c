import { INSTRUCTION } from './kernel-filter.ts'
import type { Program } from './packet-socket.ts'

/** Codes of instructions, with an accumulator A, an index X and memory M. @source Linux, filter.h and bpf_common.h */
export const Op = {
  /** A becomes what is in the packet, at a place or so far behind X. */
  LoadWordAt: 0x20, LoadWord: 0x40, LoadHalf: 0x48, LoadByte: 0x50,
  LoadMemory: 0x60, StoreMemory: 0x02, LoadXMemory: 0x61, StoreXMemory: 0x03, SetX: 0x01, AToX: 0x07, XToA: 0x87,
  Add: 0x04, AddX: 0x0c, Multiply: 0x24, And: 0x54, XorX: 0xac, ShiftLeft: 0x64, ShiftRight: 0x74,
  Jump: 0x05, JumpIfEqual: 0x15, JumpIfGreater: 0x25, JumpIfAnyBit: 0x45, ReturnA: 0x16, Return: 0x06,
} as const
type Op = (typeof Op)[keyof typeof Op]

interface Line {
  readonly op: number
  readonly k: number
  readonly label: string | null
}

/** Puts together a program of the kernel's packet filter, in which jumps go forward to labels. */
export class Assembler {
  readonly #lines: Line[] = []
  readonly #labels = new Map<string, number>()

  do(op: Op, k = 0): this {
    this.#lines.push({ op, k, label: null })
    return this
  }

  /** Go on at a label, if what the jump asks is true of A. */
  jump(op: typeof Op.Jump | typeof Op.JumpIfEqual | typeof Op.JumpIfGreater | typeof Op.JumpIfAnyBit, k: number, to: string): this {
    this.#lines.push({ op, k, label: to })
    return this
  }

  label(name: string): this {
    this.#labels.set(name, this.#lines.length)
    return this
  }

  /** @throws Error where a label is missing, or too far */
  program(): Program {
    const view = new DataView(new ArrayBuffer(this.#lines.length * INSTRUCTION))
    this.#lines.forEach(({ op, k, label }, i) => {
      const at = i * INSTRUCTION
      view.setUint16(at, op, true)
      const far = label === null ? 0 : this.#labels.get(label)! - i - 1
      if (!(far >= 0 && (op === Op.Jump || far < 256))) throw new Error(`no jump from ${i} to '${label}'`)
      if (op !== Op.Jump) view.setUint8(at + 2, far)
      view.setUint32(at + 4, op === Op.Jump ? far : k, true)
    })
    return new Uint8Array(view.buffer)
  }
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { captureHeader } from '../../../src/source/filter/compiler.ts'
import type { Instruction } from '../../../src/source/filter/program.ts'
import { loadLibpcap } from '../../../src/source/libpcap.ts'

/** libpcap's own program for an expression, and libpcap's own interpreter. */
export interface Matcher {
  /** @returns what bpf_filter does: 0, or how many octets of the frame to take. @range 0-4294967295 */
  run(frame: Uint8Array, wireLength: number): number
  free(): void
}

export interface Libpcap {
  /** @returns libpcap's message where it cannot be compiled */
  compile(expression: string, linkType: number, littleEndian: boolean): Matcher | string
  /** A program that was made elsewhere. */
  load(instructions: readonly Instruction[]): Matcher
  /** Is the program one that libpcap would run? */
  isValid(instructions: readonly Instruction[]): boolean
}

/** By files and functions that weir does not use itself. @returns null where koffi or libpcap is not installed */
export async function libpcapMatcher(): Promise<Libpcap | null> {
  const loaded = await loadLibpcap()
  if (loaded === null) return null
  const { library } = loaded
  const open = library.func('void *pcap_open_offline(const char *path, void *message)')
  const compile = library.func('int pcap_compile(void *capture, void *program, const char *expression, int optimize, uint32_t netmask)')
  const messageOf = library.func('const char *pcap_geterr(void *capture)')
  const freeCode = library.func('void pcap_freecode(void *program)')
  const close = library.func('void pcap_close(void *capture)')
  const filter = library.func('uint32_t bpf_filter(void *instructions, const void *frame, uint32_t wire, uint32_t captured)')
  const validate = library.func('int bpf_validate(void *instructions, int length)')
  const matcher = (instructions: unknown, free: () => void): Matcher => ({ run: (frame, wire) => filter(instructions, frame, wire, frame.length) as number, free })

  return {
    compile(expression, linkType, littleEndian) {
      const folder = mkdtempSync(join(tmpdir(), 'weir-filter-'))
      const path = join(folder, 'empty.pcap')
      writeFileSync(path, captureHeader(linkType, littleEndian))
      const capture: unknown = open(path, new Uint8Array(256))
      rmSync(folder, { recursive: true })
      const program = new Uint8Array(16)
      try {
        if (compile(capture, program, expression, 1, 0) !== 0) return messageOf(capture) as string
        return matcher(new BigUint64Array(program.buffer)[1], () => freeCode(program))
      } finally {
        close(capture)
      }
    },
    load: (instructions) => matcher(encoded(instructions), () => undefined),
    isValid: (instructions) => validate(encoded(instructions), instructions.length) !== 0,
  }
}

function encoded(instructions: readonly Instruction[]): Uint8Array {
  const octets = new Uint8Array(instructions.length * 8)
  instructions.forEach(({ code, jt, jf, k }, i) => {
    new Uint16Array(octets.buffer)[4 * i] = code
    octets[8 * i + 2] = jt
    octets[8 * i + 3] = jf
    new Uint32Array(octets.buffer)[2 * i + 1] = k
  })
  return octets
}

import { loadLibpcap } from '../libpcap.ts'
import type { Compile, Compiled } from './compiler.ts'
import { type Instruction, Program } from './program.ts'

/** Octets of libpcap's messages. @source PCAP_ERRBUF_SIZE */
const MESSAGE = 256
/** Octets of `struct bpf_program`: a count, and a pointer behind it. */
const PROGRAM = 16
/** Octets of `struct bpf_insn`. */
const INSTRUCTION = 8
const OPTIMIZED = 1
/** As tcpdump has it for files; it is for `ip broadcast` alone. */
const NETMASK = 0

/** @returns null where koffi or libpcap is not installed, or the system cannot open memory as a file */
export async function libpcapCompiler(): Promise<Compile | null> {
  const libpcap = await loadLibpcap()
  if (libpcap === null) return null
  const { koffi, library } = libpcap
  try {
    const openMemory = koffi.load(null).func('void *fmemopen(void *octets, size_t size, const char *mode)')
    const openCapture = library.func('void *pcap_fopen_offline(void *file, void *message)')
    const compile = library.func('int pcap_compile(void *capture, void *program, const char *expression, int optimize, uint32_t netmask)')
    const messageOf = library.func('const char *pcap_geterr(void *capture)')
    const freeCode = library.func('void pcap_freecode(void *program)')
    const close = library.func('void pcap_close(void *capture)')

    return (expression, header): Compiled => {
      const octets: unknown = koffi.alloc('uint8_t', header.length)
      koffi.encode(octets, 'uint8_t', header, header.length)
      const message = new Uint8Array(MESSAGE)
      const capture: unknown = openCapture(openMemory(octets, header.length, 'r'), message)
      try {
        if (capture === null) return textOf(message)
        const compiled = new Uint8Array(PROGRAM)
        if (compile(capture, compiled, expression, OPTIMIZED, NETMASK) !== 0) return messageOf(capture) as string
        const [length] = new Uint32Array(compiled.buffer)
        const [, instructions] = new BigUint64Array(compiled.buffer)
        try {
          return new Program(parse(koffi.view(instructions, length * INSTRUCTION)))
        } finally {
          freeCode(compiled)
        }
      } finally {
        if (capture !== null) close(capture)
        koffi.free(octets)
      }
    }
  } catch {
    return null
  }
}

/** Instructions in memory, whose numbers are in the order of octets that the machine has. */
function parse(memory: ArrayBuffer): Instruction[] {
  const codes = new Uint16Array(memory)
  const jumps = new Uint8Array(memory)
  const constants = new Uint32Array(memory)
  return Array.from({ length: memory.byteLength / INSTRUCTION }, (_, i) => ({ code: codes[4 * i], jt: jumps[8 * i + 2], jf: jumps[8 * i + 3], k: constants[2 * i + 1] }))
}

function textOf(message: Uint8Array): string {
  return new TextDecoder().decode(message.subarray(0, message.indexOf(0)))
}

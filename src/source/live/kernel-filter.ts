import { OptionError } from '../../errors.ts'
import { loadLibpcap } from '../libpcap.ts'
import type { Program } from './packet-socket.ts'
import { pcapCalls } from './pcap-calls.ts'
import { cannotCapture } from './refusal.ts'

/** An instruction of linux/filter.h: 16 bits of code, 8 and 8 bits of jumps, 32 bits. @unit octets */
export const INSTRUCTION = 8
const RETURN = 0x06
/** Octets of `struct bpf_program`: a count, and a pointer behind it. */
const PROGRAM = 16
/** linux/pcap.h */
const ERROR_BUFFER = 256, ANY_NETMASK = 0xffffffff

/** Let through so many octets of every frame; 0: none. */
export function returns(octets: number): Program {
  const program = new DataView(new ArrayBuffer(INSTRUCTION))
  program.setUint16(0, RETURN, true)
  program.setUint32(4, octets, true)
  return new Uint8Array(program.buffer)
}

/**
 * What tcpdump would give the kernel for this interface: where a VLAN tag is no longer in the frame, it asks the kernel for it.
 * @throws SourceError @throws {OptionError} WEIR_OPTION_FILTER
 */
export async function compileFor(name: string, expression: string, { snaplen, linkType }: { snaplen: number; linkType: number }): Promise<Program> {
  const libpcap = await loadLibpcap()
  const call = libpcap === null ? null : pcapCalls(libpcap)
  if (libpcap === null || call === null) throw cannotCapture(name, 'a filter needs libpcap: install it (libpcap0.8), or leave the filter away')
  const handle = call.create(name, new Uint8Array(ERROR_BUFFER))
  try {
    call.setSnaplen(handle, snaplen)
    if (call.activate(handle) < 0) throw cannotCapture(name, `libpcap says ${call.error(handle)}`)
    if (call.linkType(handle) !== linkType) throw cannotCapture(name, `there are no filters for its link layer: use int:${name}`)
    const program = new Uint8Array(PROGRAM)
    if (call.compile(handle, program, expression, 1, ANY_NETMASK) < 0) {
      throw new OptionError('WEIR_OPTION_FILTER', `the filter '${expression}' cannot be compiled: ${call.error(handle)}`)
    }
    const [length] = new Uint32Array(program.buffer), [, instructions] = new BigUint64Array(program.buffer)
    const octets = new Uint8Array(libpcap.koffi.view(instructions, length * INSTRUCTION)).slice()
    call.freeCode(program)
    return octets
  } finally {
    call.close(handle)
  }
}

import { OptionError } from '../../errors.ts'
import { loadLibpcap } from '../libpcap.ts'
import type { Program } from './packet-socket.ts'
import { cannotCapture } from './refusal.ts'

/** An instruction of linux/filter.h: 16 bits of code, 8 and 8 bits of jumps, 32 bits. @unit octets */
export const INSTRUCTION = 8
const RETURN = 0x06
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
  if (libpcap === null) throw cannotCapture(name, 'a filter needs libpcap: install it (libpcap0.8), or leave the filter away')
  const { koffi, library } = libpcap
  const type = koffi.struct({ len: 'uint', instructions: 'void *' })
  const text = new Uint8Array(ERROR_BUFFER)
  const handle = library.func('pcap_create', 'void *', ['str', 'void *'])(name, text) as bigint
  try {
    library.func('pcap_set_snaplen', 'int', ['void *', 'int'])(handle, snaplen)
    const failed = library.func('pcap_activate', 'int', ['void *'])(handle) as number
    const reason = library.func('pcap_geterr', 'str', ['void *']) as (handle: bigint) => string
    if (failed < 0) throw cannotCapture(name, `libpcap says ${reason(handle)}`)
    if (library.func('pcap_datalink', 'int', ['void *'])(handle) !== linkType) throw cannotCapture(name, `there are no filters for its link layer: use int:${name}`)
    const program = { len: 0, instructions: null as bigint | null }
    if (library.func('pcap_compile', 'int', ['void *', koffi.out(koffi.pointer(type)), 'str', 'int', 'uint'])(handle, program, expression, 1, ANY_NETMASK) < 0) {
      throw new OptionError('WEIR_OPTION_FILTER', `the filter '${expression}' cannot be compiled: ${reason(handle)}`)
    }
    const octets = new Uint8Array(koffi.view(program.instructions, program.len * INSTRUCTION)).slice()
    library.func('pcap_freecode', 'void', [koffi.pointer(type)])(program)
    return octets
  } finally {
    library.func('pcap_close', 'void', ['void *'])(handle)
  }
}

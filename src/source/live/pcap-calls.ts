import type { Libpcap } from '../libpcap.ts'

export type Pointer = bigint | null

/** What is called for a live capture: of libpcap, and of the C library for files in memory. Arrays are passed by their memory. */
export interface PcapCalls {
  readonly create: (name: string, message: Uint8Array) => Pointer
  readonly setSnaplen: (handle: Pointer, octets: number) => number
  readonly setPromisc: (handle: Pointer, is: number) => number
  readonly setTimeout: (handle: Pointer, milliseconds: number) => number
  readonly setBufferSize: (handle: Pointer, octets: number) => number
  readonly setPrecision: (handle: Pointer, precision: number) => number
  readonly activate: (handle: Pointer) => number
  readonly setNonblock: (handle: Pointer, is: number, message: Uint8Array) => number
  readonly linkType: (handle: Pointer) => number
  readonly descriptor: (handle: Pointer) => number
  readonly compile: (handle: Pointer, program: Uint8Array, filter: string, optimize: number, netmask: number) => number
  readonly setFilter: (handle: Pointer, program: Uint8Array) => number
  readonly freeCode: (program: Uint8Array) => void
  readonly dispatch: (handle: Pointer, count: number, callback: Pointer, file: Pointer) => number
  /** Where `pcap_dump` is: a callback for `dispatch`, which never comes back into JavaScript. */
  readonly dump: Pointer
  readonly stats: (handle: Pointer, counts: Uint32Array) => number
  readonly error: (handle: Pointer) => string
  readonly statusText: (status: number) => string
  readonly close: (handle: Pointer) => void
  readonly openMemory: (memory: Uint8Array, octets: number, mode: string) => Pointer
  readonly rewind: (file: Pointer) => void
  readonly flush: (file: Pointer) => number
  readonly position: (file: Pointer) => number
  readonly closeFile: (file: Pointer) => number
}

let declared: PcapCalls | null = null

/** @returns null where libpcap is too old, or the system cannot open memory as a file */
export function pcapCalls({ koffi, library }: Libpcap): PcapCalls | null {
  try {
    return (declared ??= declare(library, koffi.load(null)))
  } catch {
    return null
  }
}

function declare(pcap: Libpcap['library'], c: Libpcap['library']): PcapCalls {
  return {
    create: pcap.func('void *pcap_create(const char *name, void *message)') as PcapCalls['create'],
    setSnaplen: pcap.func('int pcap_set_snaplen(void *handle, int octets)') as PcapCalls['setSnaplen'],
    setPromisc: pcap.func('int pcap_set_promisc(void *handle, int is)') as PcapCalls['setPromisc'],
    setTimeout: pcap.func('int pcap_set_timeout(void *handle, int milliseconds)') as PcapCalls['setTimeout'],
    setBufferSize: pcap.func('int pcap_set_buffer_size(void *handle, int octets)') as PcapCalls['setBufferSize'],
    setPrecision: pcap.func('int pcap_set_tstamp_precision(void *handle, int precision)') as PcapCalls['setPrecision'],
    activate: pcap.func('int pcap_activate(void *handle)') as PcapCalls['activate'],
    setNonblock: pcap.func('int pcap_setnonblock(void *handle, int is, void *message)') as PcapCalls['setNonblock'],
    linkType: pcap.func('int pcap_datalink(void *handle)') as PcapCalls['linkType'],
    descriptor: pcap.func('int pcap_get_selectable_fd(void *handle)') as PcapCalls['descriptor'],
    compile: pcap.func('int pcap_compile(void *handle, void *program, const char *filter, int optimize, uint32_t netmask)') as PcapCalls['compile'],
    setFilter: pcap.func('int pcap_setfilter(void *handle, void *program)') as PcapCalls['setFilter'],
    freeCode: pcap.func('void pcap_freecode(void *program)') as PcapCalls['freeCode'],
    dispatch: pcap.func('int pcap_dispatch(void *handle, int count, void *callback, void *file)') as PcapCalls['dispatch'],
    dump: pcap.symbol('pcap_dump') as Pointer,
    stats: pcap.func('int pcap_stats(void *handle, void *counts)') as PcapCalls['stats'],
    error: pcap.func('const char *pcap_geterr(void *handle)') as PcapCalls['error'],
    statusText: pcap.func('const char *pcap_statustostr(int status)') as PcapCalls['statusText'],
    close: pcap.func('void pcap_close(void *handle)') as PcapCalls['close'],
    openMemory: c.func('void *fmemopen(void *memory, size_t octets, const char *mode)') as PcapCalls['openMemory'],
    rewind: c.func('void rewind(void *file)') as PcapCalls['rewind'],
    flush: c.func('int fflush(void *file)') as PcapCalls['flush'],
    position: c.func('long ftell(void *file)') as PcapCalls['position'],
    closeFile: c.func('int fclose(void *file)') as PcapCalls['closeFile'],
  }
}

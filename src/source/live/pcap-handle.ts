import { OptionError, SourceError } from '../../errors.ts'
import type { LiveOptions } from './options.ts'
import type { PcapCalls, Pointer } from './pcap-calls.ts'
import { cannotCapture, isDown, noSuchInterface, notPermitted } from './refusal.ts'
import type { System } from './system.ts'

/** @source pcap.h */
const PCAP_ERROR_NO_SUCH_DEVICE = -5, PCAP_ERROR_PERM_DENIED = -8, PCAP_ERROR_IFACE_NOT_UP = -9, PCAP_ERROR_PROMISC_PERM_DENIED = -11
const PCAP_TSTAMP_PRECISION_NANO = 1, PCAP_NETMASK_UNKNOWN = 0xffffffff, PCAP_ERRBUF_SIZE = 256
/** struct bpf_program: a number and a pointer. */
const BPF_PROGRAM = 16
/** struct pcap_stat: received, dropped by the kernel, dropped by the interface. */
const PCAP_STAT = 3, PS_DROP = 1, PS_IFDROP = 2

/** What the kernel keeps until it is read: a tenth of a second of 2.5 Gbit/s, so that a pause of the garbage collector loses nothing. @unit octets */
const KERNEL_BUFFER = 32 << 20
/** How long the kernel gathers packets before it gives them. @unit milliseconds */
const GATHERING = 20
/** Packets that are taken at a time: with frames of usual lengths they stay in the processor's second cache. */
const BATCH = 256
/** In front of each frame: seconds, nanoseconds, captured and wire length, 32 bits each, as this machine has them. @unit octets @source pcap_dump(3PCAP) */
export const RECORD_HEADER = 16

/** An interface that is open through libpcap. libpcap itself writes batches of packets into memory: no call a packet. */
export class PcapHandle {
  /** Where batches are; the memory is used again. It is reserved for frames of the greatest length, and costs what was touched. */
  readonly bytes: Uint8Array
  readonly linkType: number
  /** What libpcap said when it could not go on. */
  failure: string | null = null
  private readonly call: PcapCalls
  private readonly handle: Pointer
  private readonly file: Pointer
  private readonly counts = new Uint32Array(PCAP_STAT)

  /** @throws SourceError @throws {OptionError} for a filter that cannot be compiled */
  constructor(call: PcapCalls, system: System, name: string, { snaplen, promiscuous, filter }: LiveOptions) {
    const message = new Uint8Array(PCAP_ERRBUF_SIZE)
    const handle = call.create(name, message)
    if (handle === null) throw cannotCapture(name, textOf(message))
    try {
      call.setSnaplen(handle, snaplen)
      call.setPromisc(handle, promiscuous ? 1 : 0)
      call.setTimeout(handle, GATHERING)
      call.setBufferSize(handle, KERNEL_BUFFER)
      if (call.setPrecision(handle, PCAP_TSTAMP_PRECISION_NANO) !== 0) throw cannotCapture(name, 'it has no times in nanoseconds')
      const status = call.activate(handle)
      if (status < 0) throw refusal(name, status, call.error(handle) || call.statusText(status), system)
      if (filter !== null) setFilter(call, handle, filter)
      if (call.setNonblock(handle, 1, message) !== 0) throw cannotCapture(name, textOf(message))
    } catch (error) {
      call.close(handle)
      throw error
    }
    this.call = call
    this.handle = handle
    this.linkType = call.linkType(handle)
    this.bytes = new Uint8Array(BATCH * (RECORD_HEADER + snaplen))
    this.file = call.openMemory(this.bytes, this.bytes.length, 'w')
  }

  get descriptor(): number {
    return this.call.descriptor(this.handle)
  }

  /** Take what is there, a batch at most. @returns how many octets of `bytes` it fills; `failure` says whether there will be more */
  take(): number {
    const { call, handle, file } = this
    call.rewind(file)
    const packets = call.dispatch(handle, BATCH, call.dump, file)
    if (packets === 0) return 0
    if (packets < 0) this.failure = call.error(handle)
    call.flush(file)
    return call.position(file)
  }

  /** Packets that the kernel and the interface dropped, modulo 2^32; null where they do not tell. */
  dropped(): number | null {
    const { call, handle, counts } = this
    return call.stats(handle, counts) === 0 ? (counts[PS_DROP] + counts[PS_IFDROP]) >>> 0 : null
  }

  close(): void {
    this.call.close(this.handle)
    this.call.closeFile(this.file)
  }
}

function setFilter(call: PcapCalls, handle: Pointer, filter: string): void {
  const program = new Uint8Array(BPF_PROGRAM)
  const compiled = call.compile(handle, program, filter, 1, PCAP_NETMASK_UNKNOWN) === 0
  if (!compiled) throw new OptionError('WEIR_OPTION_FILTER', `filter '${filter}' is refused by libpcap: ${call.error(handle)}`)
  const isSet = call.setFilter(handle, program) === 0
  call.freeCode(program)
  if (!isSet) throw new SourceError('WEIR_SOURCE_OPEN', `the filter '${filter}' cannot be set: ${call.error(handle)}`)
}

function refusal(name: string, status: number, said: string, system: System): SourceError {
  switch (status) {
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
      // without the permission libpcap does not look whether there is such an interface
      return name === 'any' || system.exists(name) ? notPermitted(name, process.execPath, said) : noSuchInterface(name, said)
    case PCAP_ERROR_NO_SUCH_DEVICE:
      return noSuchInterface(name, said)
    case PCAP_ERROR_IFACE_NOT_UP:
      return isDown(name)
    default:
      return cannotCapture(name, said)
  }
}

function textOf(message: Uint8Array): string {
  return new TextDecoder().decode(message.subarray(0, message.indexOf(0)))
}

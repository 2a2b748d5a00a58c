import type { Libpcap } from '../libpcap.ts'

type Koffi = Libpcap['koffi']

/** @source Linux, socket.h, if_packet.h, mman.h, poll.h */
const AF_PACKET = 17, SOCK_RAW = 3, SOCK_DGRAM = 2, SOCK_CLOEXEC = 0x80000, ETH_P_ALL = 3
const SOL_SOCKET = 1, SO_ERROR = 4, SO_ATTACH_FILTER = 26
const SOL_PACKET = 263, PACKET_ADD_MEMBERSHIP = 1, PACKET_STATISTICS = 6, PACKET_MR_PROMISC = 1
const PROT_READ_WRITE = 3, MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_FIXED = 0x10, MAP_ANONYMOUS = 0x20, MAP_FAILED = 2n ** 64n - 1n
const SIOCGIFFLAGS = 0x8913, SIOCGIFHWADDR = 0x8927, SIOCGIFINDEX = 0x8933, IFF_UP = 1
const POLLIN = 1

/** A call to the system failed. `name` is as in errno(3): EPERM, ENODEV, ... */
export class SystemFailure extends Error {
  readonly call: string
  constructor(call: string, name: string) {
    super(`${call}: ${name}`)
    this.name = name
    this.call = call
  }
}

/** A filter for the kernel: 8 octets an instruction, as in linux/filter.h. */
export type Program = Uint8Array

/** What the system says of an interface. */
export interface Interface {
  readonly index: number
  /** Its link layer: ARPHRD_ in if_arp.h. */
  readonly hardware: number
  readonly up: boolean
}

/** A socket of AF_PACKET, by way of the C library. It hears nothing before it is bound. @throws SystemFailure */
export class PacketSocket {
  readonly #c: Functions
  readonly #descriptor: number
  #poll: Promise<unknown> = Promise.resolve()
  #closed = false
  #mapped: { at: bigint; length: number } | null = null
  /** struct pollfd: the descriptor, then 16 bits of what is waited for and 16 of what came. */
  readonly #pollfds = new Int32Array(2)

  /** @param cooked without the link header */
  constructor(koffi: Koffi, cooked: boolean) {
    this.#c = functions(koffi)
    this.#descriptor = this.#check('socket', this.#c.socket(AF_PACKET, (cooked ? SOCK_DGRAM : SOCK_RAW) | SOCK_CLOEXEC, 0))
  }

  /** @throws SystemFailure ENODEV where there is none of this name */
  interface(name: string): Interface {
    // struct ifreq: 16 octets of name, then what is asked for
    const ask = (request: number): DataView => {
      const ifreq = Buffer.alloc(40)
      ifreq.write(name, 0, 15)
      this.#check('ioctl', this.#c.ioctl(this.#descriptor, request, ifreq))
      return new DataView(ifreq.buffer, ifreq.byteOffset + 16)
    }
    return {
      index: ask(SIOCGIFINDEX).getInt32(0, true),
      hardware: ask(SIOCGIFHWADDR).getUint16(0, true),
      up: (ask(SIOCGIFFLAGS).getUint16(0, true) & IFF_UP) !== 0,
    }
  }

  /** Set an option of SOL_PACKET to 32-bit numbers. */
  set(option: number, ...numbers: number[]): void {
    this.#check('setsockopt', this.#c.setsockopt(this.#descriptor, SOL_PACKET, option, Uint32Array.from(numbers), numbers.length * 4))
  }

  /** A 32-bit number, of SOL_PACKET. */
  get(option: number): number {
    return this.#get(SOL_PACKET, option, 1)[0]
  }

  /** Hear also frames that are for others. */
  hearOthers(index: number): void {
    this.set(PACKET_ADD_MEMBERSHIP, index, PACKET_MR_PROMISC, 0, 0)
  }

  /** Let through what the program lets through, and as much of it; in place of the one before. */
  attach(program: Program): void {
    this.setProgram(SOL_SOCKET, SO_ATTACH_FILTER, program)
  }

  setProgram(level: number, option: number, program: Program): void {
    this.#check('setsockopt', this.#c.setProgram(this.#descriptor, level, option, { len: program.length / 8, filter: program }, 16))
  }

  /** Begin to hear the interface. */
  bind(index: number): void {
    // struct sockaddr_ll
    const address = new DataView(new ArrayBuffer(20))
    address.setUint16(0, AF_PACKET, true)
    address.setUint16(2, ETH_P_ALL)
    address.setInt32(4, index, true)
    this.#check('bind', this.#c.bind(this.#descriptor, new Uint8Array(address.buffer), 20))
  }

  /** The ring, mapped into memory. */
  map(length: number): ArrayBuffer {
    const { mmap, koffi } = this.#c
    const at = mmap(null, length, PROT_READ_WRITE, MAP_SHARED, this.#descriptor, 0)
    if (at === MAP_FAILED) throw this.#failure('mmap')
    this.#mapped = { at, length }
    return koffi.view(at, length)
  }

  /** Wait until a block of the ring is full, something is wrong, or the time is over. @unit milliseconds */
  async wait(timeout: number): Promise<void> {
    const { poll } = this.#c
    this.#poll = new Promise((resolve) => poll.async(this.#pollfd(), 1, timeout, resolve))
    await this.#poll
  }

  /** The same, and hold the thread. */
  waitHere(timeout: number): void {
    this.#c.poll(this.#pollfd(), 1, timeout)
  }

  #pollfd(): Int32Array {
    this.#pollfds[0] = this.#descriptor
    this.#pollfds[1] = POLLIN
    return this.#pollfds
  }

  /** What went wrong since the last call, as a number of errno; 0: nothing. */
  takeError(): number {
    return this.#get(SOL_SOCKET, SO_ERROR, 1)[0]
  }

  /** Packets that found no room in the ring since the last call. */
  takeDrops(): number {
    return this.#get(SOL_PACKET, PACKET_STATISTICS, 3)[1]
  }

  #get(level: number, option: number, count: number): Uint32Array {
    const numbers = new Uint32Array(count)
    this.#check('getsockopt', this.#c.getsockopt(this.#descriptor, level, option, numbers, Uint32Array.of(count * 4)))
    return numbers
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    // a chain that kept a view would end the process if its memory were gone: it sees zeros, and the ring is the kernel's again
    if (this.#mapped !== null) this.#c.mmap(this.#mapped.at, this.#mapped.length, PROT_READ_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0)
    // the descriptor's number may be another's at once
    await this.#poll
    this.#c.close(this.#descriptor)
  }

  #check(call: string, result: number): number {
    if (result < 0) throw this.#failure(call)
    return result
  }

  #failure(call: string): SystemFailure {
    const { koffi } = this.#c
    const number = koffi.errno()
    return new SystemFailure(call, Object.entries(koffi.os.errno).find(([, value]) => value === number)?.[0] ?? `errno ${number}`)
  }
}

/** What is called of the C library, which every process has. */
function functions(koffi: Koffi) {
  const c = koffi.load(null)
  const program = koffi.struct({ len: 'uint16_t', filter: 'void *' })
  const poll = c.func('poll', 'int', ['void *', 'ulong', 'int'])
  return {
    koffi,
    socket: c.func('socket', 'int', ['int', 'int', 'int']) as (domain: number, type: number, protocol: number) => number,
    ioctl: c.func('ioctl', 'int', ['int', 'ulong', 'void *']) as (descriptor: number, request: number, value: Uint8Array) => number,
    setsockopt: c.func('setsockopt', 'int', ['int', 'int', 'int', 'void *', 'uint']) as (descriptor: number, level: number, option: number, value: Uint32Array, length: number) => number,
    setProgram: c.func('setsockopt', 'int', ['int', 'int', 'int', koffi.pointer(program), 'uint']) as (descriptor: number, level: number, option: number, value: { len: number; filter: Uint8Array }, length: number) => number,
    getsockopt: c.func('getsockopt', 'int', ['int', 'int', 'int', 'void *', 'void *']) as (descriptor: number, level: number, option: number, value: Uint32Array, length: Uint32Array) => number,
    bind: c.func('bind', 'int', ['int', 'void *', 'uint']) as (descriptor: number, address: Uint8Array, length: number) => number,
    mmap: c.func('mmap', 'void *', ['void *', 'size_t', 'int', 'int', 'int', 'int64_t']) as (at: bigint | null, length: number, protection: number, flags: number, descriptor: number, offset: number) => bigint,
    poll: poll as unknown as ((fds: Int32Array, count: number, timeout: number) => number) & { async: (fds: Int32Array, count: number, timeout: number, done: (...result: unknown[]) => void) => void },
    close: c.func('close', 'int', ['int']) as (descriptor: number) => number,
  }
}
type Functions = ReturnType<typeof functions>

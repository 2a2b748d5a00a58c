import type { loadKoffi } from '../libpcap.ts'

type Koffi = NonNullable<Awaited<ReturnType<typeof loadKoffi>>>

export const HOST_IS_LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/** @source POSIX poll.h */
const POLLIN = 0x1
/** struct pollfd: descriptor, events, what happened. */
const EVENTS = 4, REVENTS = 6, POLLFD = 8

/** @source Linux sockios.h, if.h */
const SIOCGIFFLAGS = 0x8913, IFF_UP = 0x1
/** struct ifreq: the name, then what is asked. */
const IFREQ_NAME = 16, IFREQ = 40

/** What of the C library is called for an interface that is captured on. */
export class System {
  private readonly poll: (descriptors: Uint8Array, count: number, milliseconds: number, done: (error: Error | null, ready: number) => void) => void
  private readonly ioctl: (descriptor: number, request: number, argument: Uint8Array) => number
  private readonly nameToIndex: (name: string) => number

  constructor(koffi: Koffi) {
    const c = koffi.load(null)
    this.poll = c.func('int poll(void *descriptors, unsigned long count, int milliseconds)').async as typeof this.poll
    this.ioctl = c.func('int ioctl(int descriptor, unsigned long request, void *argument)') as typeof this.ioctl
    this.nameToIndex = c.func('unsigned int if_nametoindex(const char *name)') as typeof this.nameToIndex
  }

  exists(name: string): boolean {
    return this.nameToIndex(name) !== 0
  }

  /** What has become of an interface, asked through any socket. Only Linux tells; elsewhere it is `up`. */
  link(descriptor: number, name: string): 'up' | 'down' | 'gone' {
    if (process.platform !== 'linux') return 'up'
    const request = new Uint8Array(IFREQ)
    new TextEncoder().encodeInto(name, request.subarray(0, IFREQ_NAME - 1))
    if (this.ioctl(descriptor, SIOCGIFFLAGS, request) !== 0) return 'gone'
    return (new DataView(request.buffer).getInt16(IFREQ_NAME, HOST_IS_LITTLE) & IFF_UP) === 0 ? 'down' : 'up'
  }

  /** Wait on another thread until there is something to read, at most so long. @returns `error` where the descriptor has one */
  wait(descriptor: number, milliseconds: number): Promise<'ready' | 'nothing' | 'error'> {
    const descriptors = new Uint8Array(POLLFD)
    const view = new DataView(descriptors.buffer)
    view.setInt32(0, descriptor, HOST_IS_LITTLE)
    view.setInt16(EVENTS, POLLIN, HOST_IS_LITTLE)
    return new Promise((resolve, reject) => {
      this.poll(descriptors, 1, milliseconds, (error, ready) => {
        if (error !== null) reject(error)
        else if (ready <= 0) resolve('nothing')
        else resolve(view.getInt16(REVENTS, HOST_IS_LITTLE) === POLLIN ? 'ready' : 'error')
      })
    })
  }
}

import { once } from 'node:events'
import type { Socket } from 'node:net'

import { OptionError } from '../errors.ts'
import { sinkError } from './descriptor.ts'
import type { ByteTarget } from './target.ts'

/** Where messages go, one at a time. */
export interface Collector extends Pick<ByteTarget, 'close'> {
  /** @param records that are whole in this message and those before */
  write(bytes: Uint8Array, records: number): Promise<void>
  /** Octets of a message at most, if it can be helped. */
  readonly limit: number
  /** Templates are sent again after so many messages or milliseconds: what carries them may lose them. Null where nothing is lost. */
  readonly refresh: { readonly messages: number; readonly milliseconds: number } | null
  /** Whether a message says when it was sent, or the time of its packets, which makes the same octets of the same packets. */
  readonly isLive: boolean
  /** A batch is done. */
  readonly offer: () => void
}

/** Fits a frame of Ethernet behind the headers of IPv6 and UDP, and those of a tunnel. @unit octets */
const DATAGRAM = 1400
/** @source RFC 7011, section 10.3.6: templates over UDP are sent again, and how often may be set */
const REFRESH = { messages: 200, milliseconds: 30_000 }
const PORT = 4739

/** Whether the name is that of a collector, not of a file. */
export function isCollector(name: string): boolean {
  return /^ipfix\+\w*:/i.test(name)
}

/** @throws OptionError @throws SinkError */
export async function openCollector(name: string): Promise<Collector> {
  const { protocol, host, port } = placeOf(name)
  try {
    return protocol === 'udp' ? await openUdp(name, host, port) : await openTcp(name, host, port)
  } catch (error) {
    throw sinkError('WEIR_SINK_OPEN', `cannot send to ${name}`, error)
  }
}

/** @throws OptionError where it is none */
export function placeOf(name: string): { protocol: string; host: string; port: number } {
  const match = /^ipfix\+(udp|tcp):\/\/(?:\[([\da-f:.]+)\]|([^:/[\]]+))(?::(\d{1,5}))?\/?$/i.exec(name)
  const port = match?.[4] === undefined ? PORT : Number(match[4])
  if (match === null || port === 0 || port > 65535) throw new OptionError('WEIR_OPTION_VALUE', `'${name}' is no collector: write ipfix+udp://HOST:PORT or ipfix+tcp://HOST:PORT, an IPv6 address in brackets`)
  return { protocol: match[1].toLowerCase(), host: match[2] ?? match[3], port }
}

/** A message is a datagram. */
async function openUdp(name: string, host: string, port: number): Promise<Collector> {
  const [{ createSocket }, { lookup }] = await Promise.all([import('node:dgram'), import('node:dns/promises')])
  const { address, family } = await lookup(host)
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
  let failure: Error | null = null
  // what a router or the other host answers comes some time after
  socket.on('error', (error) => { failure ??= error })
  socket.connect(port, address)
  await once(socket, 'connect')
  const check = (): void => {
    if (failure !== null) throw sinkError('WEIR_SINK_WRITE', `cannot send to ${name}`, failure)
  }
  return {
    limit: DATAGRAM, refresh: REFRESH, isLive: true, offer: () => {},
    async write(bytes) {
      check()
      await new Promise<void>((resolve) => socket.send(bytes, (error) => {
        failure ??= error
        resolve()
      }))
      check()
    },
    async close() {
      await new Promise<void>((resolve) => socket.close(() => resolve()))
      check()
    },
  }
}

/** Messages one behind the other; templates hold as long as the connection. */
async function openTcp(name: string, host: string, port: number): Promise<Collector> {
  const { connect } = await import('node:net')
  const socket: Socket = connect({ host, port, noDelay: true })
  await once(socket, 'connect')
  let failure: Error | null = null
  socket.on('error', (error) => { failure ??= error })
  // nobody answers, but the end is only seen by reading
  socket.resume()
  const failed = (error: Error): Error => sinkError('WEIR_SINK_WRITE', `cannot send to ${name}`, failure ?? error)
  return {
    limit: 65535, refresh: null, isLive: true, offer: () => {},
    write: (bytes) => new Promise((resolve, reject) => {
      socket.write(bytes, (error) => (error ? reject(failed(error)) : resolve()))
    }),
    async close() {
      if (failure === null) await new Promise<void>((resolve) => {
        socket.once('close', () => resolve())
        socket.end()
        // what a collector leaves open shall not keep us
        socket.once('finish', () => socket.destroySoon())
      })
      socket.destroy()
      if (failure !== null) throw failed(failure)
    },
  }
}

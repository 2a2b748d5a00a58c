import { ethernet, ipv4, type Ipv4Fields, ipv6, type Ipv6Fields, tcp, type TcpFields, udp, type UdpFields } from '../../src/testing/build.ts'

export const CLIENT = '192.0.2.1', SERVER = '198.51.100.7'
export const CLIENT6 = '2001:db8::1', SERVER6 = '2001:db8:7::7'
const PORTS = { sourcePort: 1024, destinationPort: 443 }
const BACK = { sourcePort: 443, destinationPort: 1024 }

interface Around {
  /** From the server to the client. */
  readonly back?: boolean
  readonly six?: boolean
  readonly ip?: Partial<Ipv4Fields & Ipv6Fields>
}

/** An IP packet between client and server. */
export function between({ back = false, six = false, ip = {} }: Around, transport: Uint8Array): Uint8Array {
  const [client, server] = six ? [CLIENT6, SERVER6] : [CLIENT, SERVER]
  const ends = back ? { source: server, destination: client } : { source: client, destination: server }
  return six ? ipv6({ ...ends, ...ip }, transport) : ipv4({ ...ends, ...ip }, transport)
}

/** The frame of a TCP segment between them. */
export function segment(flags: number, { payload = new Uint8Array(0), ...more }: Around & Partial<TcpFields> & { readonly payload?: Uint8Array } = {}): Uint8Array {
  return ethernet({}, between(more, tcp({ ...(more.back ? BACK : PORTS), ...more, flags }, payload)))
}

/** The frame of a UDP datagram between them. */
export function datagram({ payload = new Uint8Array(4), ...more }: Around & Partial<UdpFields> & { readonly payload?: Uint8Array } = {}): Uint8Array {
  return ethernet({}, between(more, udp({ ...(more.back ? BACK : PORTS), ...more }, payload)))
}

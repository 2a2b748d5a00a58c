import { describe, expect, it } from 'vitest'

import { defineChain, icmp, type IcmpView, type TcpView } from '../../src/index.ts'
import { ethernet, icmp4, icmp4Error, icmp6, icmp6Error, ipv4, ipv6, SYN, tcp, udp } from '../../src/testing/build.ts'
import { CLIENT, CLIENT6, datagram, observed, SERVER, SERVER6, type Step } from '../observer/observed.ts'

const ROUTER = '192.0.2.99', ROUTER6 = '2001:db8::99'
const query = ipv4({ source: CLIENT, destination: SERVER }, udp({ sourcePort: 1024, destinationPort: 53 }))
const reply = ipv4({ source: SERVER, destination: CLIENT }, udp({ sourcePort: 53, destinationPort: 1024 }))
const query6 = ipv6({ source: CLIENT6, destination: SERVER6 }, udp({ sourcePort: 1024, destinationPort: 53 }))
const reply6 = ipv6({ source: SERVER6, destination: CLIENT6 }, udp({ sourcePort: 53, destinationPort: 1024 }))
const error = (type: number, code: number, { about = query, rest = 0, from = ROUTER } = {}): Uint8Array => ethernet({}, ipv4({ source: from, destination: CLIENT }, icmp4Error({ type, code, rest }, about)))
const error6 = (type: number, code: number, { about = query6, rest = 0, from = ROUTER6 } = {}): Uint8Array => ethernet({}, ipv6({ source: from, destination: CLIENT6 }, icmp6Error({ type, code, rest }, about)))

interface Fields {
  readonly icmp_unreachable: boolean
  readonly icmp_error_type: number | null
  readonly icmp_error_code: number | null
  readonly icmp_error_sender: string | null
  readonly icmp_mtu: number | null
  readonly end_reason: string
}

async function fields(...frames: readonly Uint8Array[]): Promise<Fields[]> {
  const { records } = await observed(frames.map((frame): Step => [0, frame]), { chains: [icmp] })
  return records.map(({ icmp_unreachable, icmp_error_type, icmp_error_code, icmp_error_sender, icmp_mtu, end_reason }) =>
    ({ icmp_unreachable, icmp_error_type, icmp_error_code, icmp_error_sender, icmp_mtu, end_reason }) as Fields)
}
const NONE = { icmp_unreachable: false, icmp_error_type: null, icmp_error_code: null, icmp_error_sender: null, icmp_mtu: null, end_reason: 'forced' }

describe('the chain icmp', () => {
  it('says nothing of a flow without errors', async () => {
    expect(await fields(datagram())).toEqual([NONE])
    expect(await fields(ethernet({}, ipv4({ source: CLIENT, destination: SERVER }, icmp4({ type: 8 }))))).toEqual([NONE])
    expect(await fields(ethernet({}, ipv6({ source: CLIENT6, destination: SERVER6 }, icmp6({ type: 128 }))))).toEqual([NONE])
  })

  it('says that the destination is unreachable, by whom, and completes the flow', async () => {
    expect(await fields(datagram(), error(3, 1))).toEqual([{ icmp_unreachable: true, icmp_error_type: 3, icmp_error_code: 1, icmp_error_sender: ROUTER, icmp_mtu: null, end_reason: 'end' }])
    expect(await fields(datagram({ six: true }), error6(1, 4))).toEqual([{ icmp_unreachable: true, icmp_error_type: 1, icmp_error_code: 4, icmp_error_sender: ROUTER6, icmp_mtu: null, end_reason: 'end' }])
  })

  it('does so too where the error comes first', async () => {
    expect(await fields(error(3, 3), datagram())).toMatchObject([{ icmp_unreachable: true, icmp_error_code: 3, end_reason: 'end' }])
    expect(await fields(error6(1, 3), datagram({ six: true }))).toMatchObject([{ icmp_unreachable: true, icmp_error_code: 3, end_reason: 'end' }])
  })

  it('that the origin is unreachable it does not say: the error is about an answer', async () => {
    expect(await fields(datagram(), error(3, 1, { about: reply }))).toMatchObject([{ icmp_unreachable: false, icmp_error_type: 3, end_reason: 'forced' }])
    expect(await fields(datagram({ six: true }), error6(1, 1, { about: reply6 }))).toMatchObject([{ icmp_unreachable: false, icmp_error_type: 1, end_reason: 'forced' }])
  })

  it.each([[4, 0], [5, 1], [11, 0], [12, 0]])('of another error, type %i, it says which, and lets the flow go on', async (type, code) => {
    expect(await fields(datagram(), error(type, code))).toEqual([{ ...NONE, icmp_error_type: type, icmp_error_code: code, icmp_error_sender: ROUTER }])
  })

  it.each([[2, 0], [3, 1], [4, 2]])('the same in ICMPv6, type %i', async (type, code) => {
    expect(await fields(datagram({ six: true }), error6(type, code))).toMatchObject([{ icmp_unreachable: false, icmp_error_type: type, icmp_error_code: code, icmp_error_sender: ROUTER6, end_reason: 'forced' }])
  })

  it('tells type, code and sender of the first of several', async () => {
    expect(await fields(datagram(), error(11, 0), error(3, 3, { from: SERVER }))).toMatchObject([{ icmp_unreachable: true, icmp_error_type: 11, icmp_error_code: 0, icmp_error_sender: ROUTER }])
  })

  it('tells the MTU where a packet was too big', async () => {
    expect(await fields(datagram(), error(3, 4, { rest: 1400 }))).toMatchObject([{ icmp_mtu: 1400, icmp_unreachable: true }])
    expect(await fields(datagram({ six: true }), error6(2, 0, { rest: 1280 }))).toMatchObject([{ icmp_mtu: 1280, icmp_unreachable: false }])
  })

  it('of that MTU only 16 bits in ICMP, all 32 in ICMPv6', async () => {
    expect(await fields(datagram(), error(3, 4, { rest: 0xffff_0578 }))).toMatchObject([{ icmp_mtu: 1400 }])
    expect(await fields(datagram({ six: true }), error6(2, 0, { rest: 0xffff_ffff }))).toMatchObject([{ icmp_mtu: 0xffff_ffff }])
  })

  it('tells the first MTU, though another error came before it', async () => {
    expect(await fields(datagram(), error(11, 0), error(3, 4, { rest: 1400 }), error(3, 4, { rest: 1300 }))).toMatchObject([{ icmp_mtu: 1400, icmp_error_type: 11 }])
  })

  it('tells the MTU too where the answers were too big', async () => {
    expect(await fields(datagram(), error(3, 4, { about: reply, rest: 576 }))).toMatchObject([{ icmp_mtu: 576, icmp_unreachable: false }])
  })

  it('tells an MTU of 0 where an old router says none', async () => {
    expect(await fields(datagram(), error(3, 4))).toMatchObject([{ icmp_mtu: 0 }])
  })

  it('takes no other code for a packet too big', async () => {
    expect(await fields(datagram(), error(3, 1, { rest: 1400 }))).toMatchObject([{ icmp_mtu: null }])
  })

  it('does not count an error without a usable quote', async () => {
    const short = ethernet({}, ipv4({ source: ROUTER, destination: CLIENT }, icmp4Error({ type: 3 }, query, 22)))
    expect(await fields(short)).toEqual([NONE])
  })
})

describe('icmp.quote', () => {
  async function quoteOf(frame: Uint8Array): Promise<Record<string, unknown> | null> {
    let seen: Record<string, unknown> | null = null
    const note = (_flow: unknown, { quote }: IcmpView): void => {
      if (quote === null) return
      const { ip, sourcePort, destinationPort, tcp: header } = quote
      seen = { source: ip.sourceAddress, destination: ip.destinationAddress, protocol: ip.protocol, length: ip.totalLength, ttl: ip.timeToLive, ecn: ip.ecn, version: ip.version, sourcePort, destinationPort, tcp: header === null ? null : shown(header) }
    }
    await observed([[0, frame]], { chains: [defineChain({ name: 'x', doc: '', icmp4: note, icmp6: note })] })
    return seen
  }
  const shown = ({ sequenceNumber, syn }: TcpView): unknown => ({ sequenceNumber, syn })

  it('shows the header that was quoted, as it was when the router got it', async () => {
    const about = ipv4({ source: CLIENT, destination: SERVER, timeToLive: 1, typeOfService: 2 }, udp({ sourcePort: 1024, destinationPort: 53 }, new Uint8Array(500)))
    expect(await quoteOf(error(11, 0, { about }))).toEqual({ source: CLIENT, destination: SERVER, protocol: 17, length: 528, ttl: 1, ecn: 2, version: 4, sourcePort: 1024, destinationPort: 53, tcp: null })
    const about6 = ipv6({ source: CLIENT6, destination: SERVER6, hopLimit: 1, trafficClass: 3 }, udp({ sourcePort: 1024, destinationPort: 53 }))
    expect(await quoteOf(error6(3, 0, { about: about6 }))).toEqual({ source: CLIENT6, destination: SERVER6, protocol: 17, length: 48, ttl: 1, ecn: 3, version: 6, sourcePort: 1024, destinationPort: 53, tcp: null })
  })

  it('has the TCP header where all of its fixed part was quoted', async () => {
    const syn = ipv4({ source: CLIENT, destination: SERVER }, tcp({ sourcePort: 1024, destinationPort: 80, flags: SYN, sequenceNumber: 0xfedcba98 }))
    const quoting = (octets: number): Uint8Array => ethernet({}, ipv4({ source: ROUTER, destination: CLIENT }, icmp4Error({}, syn, octets)))
    expect(await quoteOf(quoting(40))).toMatchObject({ sourcePort: 1024, tcp: { sequenceNumber: 0xfedcba98, syn: true } })
    expect(await quoteOf(quoting(39))).toMatchObject({ sourcePort: 1024, tcp: null })
  })

  it('has no ports where the protocol has none', async () => {
    const about = ipv4({ source: CLIENT, destination: SERVER }, icmp4({ type: 8 }))
    expect(await quoteOf(error(11, 0, { about }))).toMatchObject({ protocol: 1, sourcePort: null, destinationPort: null, tcp: null })
  })

  it('is null for what is no error, and where too little was quoted', async () => {
    expect(await quoteOf(ethernet({}, ipv4({ source: CLIENT, destination: SERVER }, icmp4({ type: 0 }, query))))).toBeNull()
    expect(await quoteOf(ethernet({}, ipv4({ source: ROUTER, destination: CLIENT }, icmp4Error({}, query, 20))))).toBeNull()
  })
})

import { describe, expect, it } from 'vitest'

import { IpView, Ipv4View, Ipv6View } from '../../src/packet/ip-view.ts'
import { Packet } from '../../src/packet/packet.ts'
import { IcmpView, PortsView, TcpView, TransportView, UdpView } from '../../src/packet/transport-view.ts'
import { ACK, AE, CWR, ECE, ethernet, FIN, hex, hopByHop, icmp4, icmp6, ipv4, ipv6, PSH, RST, sctp, SYN, tcp, udp, URG } from '../../src/testing/build.ts'
import { packetOf } from './decoded.ts'

const ports = { sourcePort: 0xfedc, destinationPort: 0x1234 }
const four = (fields: object = {}, payload = udp(ports)): Packet => packetOf(ethernet({}, ipv4({ source: '192.0.2.1', destination: '255.254.253.252', ...fields }, payload)))
const six = (fields: object = {}, payload = udp(ports)): Packet => packetOf(ethernet({}, ipv6({ source: '2001:db8::a', destination: 'ff02::fb', ...fields }, payload)))

describe('the IPv4 header', () => {
  it('has the fields of RFC 791', () => {
    const ip = new Ipv4View(four({ typeOfService: 0b101110_11, identification: 0xfedc, timeToLive: 255, df: true, headerChecksum: 0xabcd, options: hex('01 01 01 00') }))
    expect([ip.version, ip.headerLength, ip.trafficClass, ip.dscp, ip.ecn, ip.totalLength, ip.identification, ip.timeToLive, ip.protocol, ip.headerChecksum]).toEqual([4, 24, 0xbb, 46, 3, 32, 0xfedc, 255, 17, 0xabcd])
    expect([ip.reservedFlag, ip.dontFragment, ip.moreFragments, ip.fragmentOffset]).toEqual([false, true, false, 0])
    expect([ip.sourceAddress, ip.destinationAddress]).toEqual(['192.0.2.1', '255.254.253.252'])
  })

  it.each([[{ reserved: true }, [true, false, false, 0]], [{ df: true }, [false, true, false, 0]], [{ mf: true }, [false, false, true, 0]], [{ fragmentOffset: 8191, protocol: 47 }, [false, false, false, 65528]]])('of fragments: %o', (fields, expected) => {
    const ip = new Ipv4View(four(fields))
    expect([ip.reservedFlag, ip.dontFragment, ip.moreFragments, ip.fragmentOffset]).toEqual(expected)
  })
})

describe('the IPv6 header', () => {
  it('has the fields of RFC 8200', () => {
    const ip = new Ipv6View(six({ trafficClass: 0b101110_01, flowLabel: 0xfedcb, hopLimit: 255 }, hopByHop({}, udp(ports))))
    expect([ip.version, ip.trafficClass, ip.dscp, ip.ecn, ip.flowLabel, ip.payloadLength, ip.nextHeader, ip.hopLimit, ip.timeToLive, ip.protocol, ip.totalLength]).toEqual([6, 0xb9, 46, 1, 0xfedcb, 16, 0, 255, 255, 17, 56])
    expect([ip.sourceAddress, ip.destinationAddress]).toEqual(['2001:db8::a', 'ff02::fb'])
  })
})

describe('both versions', () => {
  it('have what they share under one name', () => {
    const read = (ip: IpView): unknown[] => [ip.dscp, ip.ecn, ip.timeToLive, ip.protocol, ip.isError]
    expect(read(new IpView(four({ typeOfService: 5, timeToLive: 9 })))).toEqual([1, 1, 9, 17, false])
    expect(read(new IpView(six({ trafficClass: 5, hopLimit: 9 })))).toEqual([1, 1, 9, 17, false])
  })
})

describe('the TCP header', () => {
  it('has the fields of RFC 9293', () => {
    const header = new TcpView(four({}, tcp({ ...ports, sequenceNumber: 0xfedcba98, acknowledgmentNumber: 0xffffffff, flags: 0xfff, window: 0xfffe, checksum: 0xabcd, urgentPointer: 0x8001, options: new Uint8Array(40) })))
    expect([header.sourcePort, header.destinationPort, header.sequenceNumber, header.acknowledgmentNumber, header.headerLength, header.flags, header.window, header.checksum, header.urgentPointer]).toEqual([0xfedc, 0x1234, 0xfedcba98, 0xffffffff, 60, 0xfff, 0xfffe, 0xabcd, 0x8001])
  })

  it.each([['fin', FIN], ['syn', SYN], ['rst', RST], ['psh', PSH], ['ack', ACK], ['urg', URG], ['ece', ECE], ['cwr', CWR]] as const)('%s is a bit of its own', (name, bit) => {
    expect(new TcpView(four({}, tcp({ ...ports, flags: bit })))[name]).toBe(true)
    expect(new TcpView(four({}, tcp({ ...ports, flags: 0xfff & ~bit })))[name]).toBe(false)
    expect(new TcpView(four({}, tcp({ ...ports, flags: bit | AE }))).flags).toBe(bit | AE)
  })
})

describe('the other transports', () => {
  it('UDP has the fields of RFC 768', () => {
    const header = new UdpView(six({}, udp({ ...ports, checksum: 0xabcd }, new Uint8Array(3))))
    expect([header.protocol, header.sourcePort, header.destinationPort, header.length, header.checksum]).toEqual([17, 0xfedc, 0x1234, 11, 0xabcd])
  })

  it('ICMP and ICMPv6 have type, code and checksum', () => {
    for (const packet of [four({}, icmp4({ type: 200, code: 201, checksum: 0xabcd })), six({}, icmp6({ type: 200, code: 201, checksum: 0xabcd }))]) {
      const header = new IcmpView(packet, new Packet())
      expect([header.type, header.code, header.checksum, header.quote]).toEqual([200, 201, 0xabcd, null])
    }
  })

  it('SCTP has ports; others have a protocol', () => {
    const header = new PortsView(four({}, sctp(ports)))
    expect([header.protocol, header.sourcePort, header.destinationPort]).toEqual([132, 0xfedc, 0x1234])
    expect(new TransportView(four({ protocol: 47 }, new Uint8Array(4))).protocol).toBe(47)
  })
})

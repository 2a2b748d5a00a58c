import { describe, expect, it } from 'vitest'
import {
  ACK, SYN, arp, authentication, capture, dccp, destinationOptions, ethernet, fragment, fragments4, fragments6, hex, hopByHop, icmp4, icmp4Error, icmp6,
  icmp6Error, internetChecksum, ipv4, ipv6, join, loopback, nullLink, routing, sctp, sll, sll2, tcp, tcpOption, text, udp, udplite,
} from '../../src/testing/build.ts'
import { ipv6Octets } from '../../src/testing/address.ts'

const v4 = { source: '192.0.2.1', destination: '198.51.100.2' }
const v6 = { source: '2001:db8::1', destination: '2001:db8::2' }
const ports = { sourcePort: 1024, destinationPort: 53 }

/** Zero where the checksum over pseudo-header and upper layer is right (RFC 1071). */
function upperSum(packet: Uint8Array, protocol: number, start: number): number {
  const addresses = packet[0] >> 4 === 4 ? packet.subarray(12, 20) : packet.subarray(8, 40)
  const length = packet.length - start
  return internetChecksum(addresses, Uint8Array.of(0, 0, length >> 8, length & 255, 0, 0, 0, protocol), packet.subarray(start))
}

describe('ipv4', () => {
  it('computes lengths, protocol and checksums', () => {
    const packet = ipv4(v4, udp(ports, text('abc')))
    expect(packet.slice(0, 12)).toEqual(hex('45 00 001f 0000 0000 40 11 8e97'))
    expect(internetChecksum(packet.subarray(0, 20))).toBe(0)
    expect(upperSum(packet, 17, 20)).toBe(0)
    expect(packet.slice(20, 26)).toEqual(hex('0400 0035 000b'))
  })

  it('takes the example of RFC 1071 3', () => {
    expect(internetChecksum(hex('0001 f203 f4f5 f6f7'))).toBe(~0xddf2 & 0xffff)
  })

  it('says what it is told, right or wrong', () => {
    const packet = ipv4({ ...v4, version: 5, ihl: 15, totalLength: 1, headerChecksum: 2, protocol: 200, reserved: true, df: true, mf: true, fragmentOffset: 3, typeOfService: 0xb9, identification: 7, timeToLive: 1 })
    expect(packet.slice(0, 12)).toEqual(hex('5f b9 0001 0007 e003 01 c8 0002'))
  })

  it('pads its options', () => {
    const packet = ipv4({ ...v4, options: hex('94 04 00') }, udp(ports))
    expect(packet[0]).toBe(0x46)
    expect(packet.slice(20, 24)).toEqual(hex('94 04 00 00'))
    expect(packet.length).toBe(32)
  })

  it('carries an IP packet', () => {
    expect(ipv4(v4, ipv6(v6))[9]).toBe(41)
    expect(ipv4(v4, ipv4(v4))[9]).toBe(4)
  })
})

describe('ipv6', () => {
  it('computes lengths, next header and checksum', () => {
    const packet = ipv6({ ...v6, trafficClass: 0xb8, flowLabel: 0xabcde, hopLimit: 3 }, udp(ports, text('abcd')))
    expect(packet.slice(0, 8)).toEqual(hex('6b8a bcde 000c 11 03'))
    expect(upperSum(packet, 17, 40)).toBe(0)
  })

  it('chains its extension headers', () => {
    const packet = ipv6(v6, hopByHop({ options: hex('05 02 0000') }, routing({ segmentsLeft: 0, addresses: ['2001:db8::9'] }, fragment({ identification: 5 }, authentication({}, destinationOptions({}, tcp({ ...ports, flags: SYN })))))))
    expect(packet[6]).toBe(0)
    expect(packet.slice(40, 48)).toEqual(hex('2b 00 05 02 0000 01 00'))
    expect(packet.slice(48, 52)).toEqual(hex('2c 02 00 00'))
    expect(packet.slice(72, 80)).toEqual(hex('33 00 0000 00000005'))
    expect(packet.slice(80, 82)).toEqual(hex('3c 04'))
    expect(packet.slice(104, 112)).toEqual(hex('06 00 01 04 0000 0000'))
    expect(upperSum(packet, 6, 112)).toBe(0)
  })

  it('sums over the final destination while segments are left (RFC 8200 8.1)', () => {
    const packet = ipv6(v6, routing({ addresses: ['2001:db8::9'] }, udp(ports)))
    packet.set(ipv6Octets('2001:db8::9'), 24)
    expect(upperSum(packet, 17, 64)).toBe(0)
  })

  it('has no next header where there is nothing', () => {
    expect(ipv6(v6)[6]).toBe(59)
  })

  it('reads every form of an address', () => {
    expect(ipv6Octets('::')).toEqual(new Uint8Array(16))
    expect(ipv6Octets('::ffff:192.0.2.1')).toEqual(hex('0000 0000 0000 0000 0000 ffff c000 0201'))
    expect(ipv6Octets('2001:db8:1:2:3:4:5:6')).toEqual(hex('2001 0db8 0001 0002 0003 0004 0005 0006'))
    expect(ipv6Octets('fe80::')).toEqual(hex('fe80 0000 0000 0000 0000 0000 0000 0000'))
    for (const wrong of ['', '1::2::3', '1:2:3', 'g::', '192.0.2.1', '1:2:3:4:5:6:7:8:9']) expect(() => ipv6Octets(wrong)).toThrow(TypeError)
    expect(() => ipv4({ ...v4, source: '1.2.3.256' })).toThrow('1.2.3.256')
  })
})

describe('transport', () => {
  it('tcp has twelve flag bits and options', () => {
    const segment = tcp({ ...ports, flags: 0xfff, sequenceNumber: 0xfffffffe, acknowledgmentNumber: 1, window: 2, urgentPointer: 3, checksum: 4, options: join(tcpOption(2, hex('05b4')), tcpOption(1), tcpOption(3, hex('07'))) })
    expect(segment).toEqual(hex('0400 0035 fffffffe 00000001 7fff 0002 0004 0003 020405b4 01 030307'))
  })

  it('a checksum of zero stays when it is asked for, and is all ones when computed', () => {
    expect(ipv4(v4, udp({ ...ports, checksum: 0 })).slice(26)).toEqual(hex('0000'))
    const packet = ipv4(v4, udp(ports, hex('0000')))
    packet.set(packet.subarray(26, 28), 28)
    const zero = ipv4(v4, udp(ports, packet.slice(28)))
    expect(zero.slice(26, 28)).toEqual(hex('ffff'))
  })

  it('udplite covers as much as it says', () => {
    const packet = ipv4(v4, udplite({ ...ports, checksumCoverage: 8 }, text('junk')))
    expect(packet[9]).toBe(136)
    expect(internetChecksum(packet.subarray(12, 20), hex('0000000c 00000088'), packet.subarray(20, 28))).toBe(0)
  })

  it('dccp', () => {
    const packet = ipv4(v4, dccp({ ...ports, type: 0, subheader: hex('00000001'), sequenceNumber: 9 }))
    expect(packet.slice(20, 26)).toEqual(hex('0400 0035 05 00'))
    expect(packet.slice(28)).toEqual(hex('01 00 0000 00000009 00000001'))
    expect(upperSum(packet, 33, 20)).toBe(0)
  })

  it('sctp has the CRC32c of RFC 3720 B.4', () => {
    expect(sctp({ sourcePort: 0, destinationPort: 0 }, new Uint8Array(20)).slice(8, 12)).toEqual(hex('aa36918a'))
  })
})

describe('icmp', () => {
  it('echo', () => {
    const message = icmp4({ type: 8, identifier: 1, sequenceNumber: 2 }, text('odd'))
    expect(internetChecksum(message)).toBe(0)
    expect(upperSum(ipv6(v6, icmp6({ type: 128, identifier: 1 }, text('odd'))), 58, 40)).toBe(0)
  })

  it('errors quote a packet', () => {
    const quoted = ipv4(v4, udp(ports, new Uint8Array(100)))
    const error = icmp4Error({ code: 3 }, quoted)
    expect(error.slice(8)).toEqual(quoted.slice(0, 28))
    expect(error.slice(0, 2)).toEqual(hex('03 03'))
    const quoted6 = ipv6(v6, udp(ports, new Uint8Array(1400)))
    const tooBig = icmp6Error({ type: 2, rest: 1280 }, quoted6)
    expect(tooBig.length).toBe(1240)
    expect(tooBig.slice(4, 8)).toEqual(hex('00000500'))
  })
})

describe('fragments', () => {
  it('of IPv4 add up to the packet', () => {
    const packet = ipv4({ ...v4, identification: 9 }, udp(ports, new Uint8Array(50).fill(7)))
    const parts = fragments4(packet, 24)
    expect(parts.map((part) => part.length)).toEqual([44, 44, 30])
    expect(parts.map((part) => (part[6] << 8) | part[7])).toEqual([0x2000, 0x2003, 6])
    expect(parts.map((part) => internetChecksum(part.subarray(0, 20)))).toEqual([0, 0, 0])
    expect(join(...parts.map((part) => part.subarray(20)))).toEqual(packet.slice(20))
  })

  it('of IPv6 add up to the packet', () => {
    const packet = ipv6(v6, udp(ports, new Uint8Array(50).fill(7)))
    const parts = fragments6(packet, 32, 77)
    expect(parts.map((part) => part.slice(40, 48))).toEqual([hex('11 00 0001 0000004d'), hex('11 00 0020 0000004d')])
    expect(parts.map((part) => (part[4] << 8) | part[5])).toEqual([40, 34])
    expect(join(...parts.map((part) => part.subarray(48)))).toEqual(packet.slice(40))
  })

  it('are cut at eight octets', () => {
    expect(() => fragments4(ipv4(v4, udp(ports)), 12)).toThrow('multiple of 8')
  })
})

describe('link layers', () => {
  const packet = ipv4(v4, udp(ports))

  it('ethernet with tags, padded on request', () => {
    const frame = ethernet({ vlans: [{ tpid: 0x88a8, vid: 10, pcp: 5, dei: true }, 20] }, packet)
    expect(frame.slice(0, 22)).toEqual(hex('020000000002 020000000001 88a8 b00a 8100 0014 0800'))
    expect(frame.slice(22)).toEqual(packet)
    expect(ethernet({ pad: true }, packet).length).toBe(60)
    expect(ethernet({}, ipv6(v6)).slice(12, 14)).toEqual(hex('86dd'))
    expect(ethernet({ etherType: 4 }, text('x')).slice(12)).toEqual(hex('0004 78'))
  })

  it('arp', () => {
    const frame = ethernet({}, arp({ sender: '192.0.2.1', target: '192.0.2.9' }))
    expect(frame.slice(12)).toEqual(hex('0806 0001 0800 06 04 0001 020000000001 c0000201 000000000000 c0000209'))
  })

  it('cooked, null and loop', () => {
    expect(sll({ packetType: 4 }, packet).slice(0, 16)).toEqual(hex('0004 0001 0006 020000000001 0000 0800'))
    expect(sll2({ interfaceIndex: 3 }, packet).slice(0, 20)).toEqual(hex('0800 0000 00000003 0001 00 06 020000000001 0000'))
    expect(nullLink({}, packet).slice(0, 4)).toEqual(hex('02000000'))
    expect(nullLink({ bigEndian: true }, ipv6(v6)).slice(0, 4)).toEqual(hex('0000001e'))
    expect(loopback({ family: 24 }, packet).slice(0, 4)).toEqual(hex('00000018'))
  })
})

describe('capture', () => {
  const frame = hex('0102030405')

  it('is a classic pcap', () => {
    expect(capture([{ frame, time: 1700000000.000123, wireLength: 9 }])).toEqual(hex('d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000  00f15365 7b000000 05000000 09000000 0102030405'))
  })

  it('in either order and resolution, cut to the snap length', () => {
    const file = capture([{ frame, time: 1, nanoseconds: 999_999_999 }], { bigEndian: true, nanosecond: true, linkType: 113, snapLength: 2 })
    expect(file).toEqual(hex('a1b23c4d 0002 0004 00000000 00000000 00000002 00000071  00000001 3b9ac9ff 00000002 00000005 0102'))
  })

  it('rounds a stamp down', () => {
    const file = capture([{ frame, time: 1, nanoseconds: 1_999 }])
    expect(file.slice(24, 32)).toEqual(hex('01000000 01000000'))
  })
})

it('is pure: a layer may be used twice', () => {
  const segment = tcp({ ...ports, flags: ACK }, text('x'))
  const before = segment.slice()
  const one = ipv4(v4, segment)
  expect(ipv6(v6, segment).length).toBe(61)
  expect(segment).toEqual(before)
  expect(ipv4(v4, segment)).toEqual(one)
})

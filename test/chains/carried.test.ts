import { describe, expect, it } from 'vitest'

import { type Frame, link, MemorySource, observe, tunnel } from '../../src/index.ts'
import { ethernet, hex, icmp4Error, ipv4, ipv6, join, sll, sll2, udp } from '../../src/testing/build.ts'
import { ETHERNET_TYPE, greOf, gtpOf, mplsOf, pppoeOf, radiotapOf, snapOf, vxlanOf, wifiOf } from '../packet/carriers.ts'

const A = '10.0.0.1', B = '10.0.0.2'
const inner = (source: string, destination: string): Uint8Array => ipv4({ source, destination }, udp({ sourcePort: source === A ? 1 : 2, destinationPort: source === A ? 2 : 1 }))
const there = inner(A, B), back = inner(B, A)
const gtp = (source: string, destination: string, packet: Uint8Array, teid: number): Uint8Array => ipv4({ source, destination }, udp({ sourcePort: 2152, destinationPort: 2152 }, gtpOf(packet, teid)))

const frames = (...bytes: (Uint8Array | Omit<Frame, 'seconds'>)[]): MemorySource =>
  new MemorySource(bytes.map((each, i) => ({ seconds: i, linkType: 101, ...(each instanceof Uint8Array ? { bytes: each } : each) })))

async function all<T>(records: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const record of records) list.push(record)
  return list
}

async function tunnels(...bytes: Uint8Array[]): Promise<object> {
  const [{ first: _first, last: _last, end_reason: _reason, ...record }] = await all(observe(frames(...bytes), { chains: [tunnel] }))
  return record
}

async function links(linkType: number, bytes: Uint8Array): Promise<object> {
  const [{ first: _first, last: _last, end_reason: _reason, ...record }] = await all(observe(frames({ bytes, linkType, interfaceId: 3 }), { chains: [link] }))
  return record
}

describe('the chain tunnel', () => {
  const none = { tunnel: null, tunnel_depth: 0, tunnel_sip: null, tunnel_dip: null, tunnel_id_fwd: null, tunnel_id_rev: null }

  it('is null without a tunnel, and for labels alone', async () => {
    expect(await tunnels(there)).toEqual(none)
    const [record] = await all(observe(frames({ bytes: ethernet({ etherType: 0x8847 }, mplsOf([16], there)), linkType: 1 }), { chains: [tunnel] }))
    expect(record).toMatchObject(none)
  })

  it('has ends, and an identifier a direction', async () => {
    expect(await tunnels(gtp('192.0.2.1', '192.0.2.2', there, 0xfedcba98), gtp('192.0.2.2', '192.0.2.1', back, 7), gtp('192.0.2.1', '192.0.2.2', there, 5)))
      .toEqual({ tunnel: 'gtp', tunnel_depth: 1, tunnel_sip: '192.0.2.1', tunnel_dip: '192.0.2.2', tunnel_id_fwd: 0xfedcba98, tunnel_id_rev: 7 })
  })

  it('names all, from the outermost on, and has the ends of the innermost', async () => {
    const vxlan = ipv4({ source: '192.0.2.3', destination: '192.0.2.4' }, udp({ sourcePort: 9, destinationPort: 4789 }, vxlanOf(ethernet({}, there), 42)))
    const gre = ipv6({ source: '2001:db8::3', destination: '2001:db8::4', nextHeader: 47 }, greOf(ethernet({}, vxlan), { type: ETHERNET_TYPE, key: 1 }))
    const outer = ipv4({ source: '192.0.2.1', destination: '192.0.2.2', protocol: 41 }, gre)
    expect(await tunnels(outer)).toEqual({ tunnel: '6in4/gre/vxlan', tunnel_depth: 3, tunnel_sip: '192.0.2.3', tunnel_dip: '192.0.2.4', tunnel_id_fwd: 42, tunnel_id_rev: null })
  })

  it.each([['4in4', 4, 4], ['4in6', 6, 4]])('tells %s', async (name, outer, protocol) => {
    const packet = outer === 4 ? ipv4({ source: '192.0.2.1', destination: '192.0.2.2', protocol }, there) : ipv6({ source: '2001:db8::1', destination: '2001:db8::2', nextHeader: protocol }, there)
    expect(await tunnels(packet)).toMatchObject({ tunnel: name, tunnel_sip: outer === 4 ? '192.0.2.1' : '2001:db8::1' })
  })

  it('has the ends as the flow has them where an ICMP error comes first', async () => {
    const error = ipv4({ source: B, destination: A }, icmp4Error({ type: 3, code: 3 }, there))
    expect(await tunnels(gtp('192.0.2.2', '192.0.2.1', error, 7))).toMatchObject({ tunnel_sip: '192.0.2.1', tunnel_dip: '192.0.2.2', tunnel_id_fwd: null, tunnel_id_rev: 7 })
  })

  it('stays null where the outer flow is wanted', async () => {
    const [record] = await all(observe(frames(gtp('192.0.2.1', '192.0.2.2', there, 7)), { chains: [tunnel], tunnels: 'outer' }))
    expect(record).toMatchObject(none)
  })

  it('refuses another word', () => {
    expect(() => observe('x', { chains: [tunnel], tunnels: 'both' as 'inner' })).toThrow(/tunnels is 'both': it must be inner or outer/)
  })
})

describe('the chain link', () => {
  const none = { interface: 3, mac_src: null, mac_dst: null, vlan: null, vlan_inner: null, mpls: [] }
  const macs = { mac_src: '02:00:00:00:00:01', mac_dst: '02:00:00:00:00:02' }

  it.each<[string, number, Uint8Array, object]>([
    ['raw IP', 101, there, {}],
    ['Ethernet', 1, ethernet({}, there), macs],
    ['two tags', 1, ethernet({ vlans: [{ tpid: 0x88a8, vid: 4095 }, 0] }, there), { ...macs, vlan: 4095, vlan_inner: 0 }],
    ['labels', 1, ethernet({ etherType: 0x8847 }, mplsOf([1048575, 16, 17], there)), { ...macs, mpls: [1048575, 16, 17] }],
    ['labels around Ethernet', 1, ethernet({ vlans: [5], etherType: 0x8847 }, mplsOf([16], join(hex('00000000'), ethernet({ vlans: [6], etherType: 0x8847 }, mplsOf([18], there))))), { ...macs, vlan: 5, vlan_inner: 6, mpls: [16, 18] }],
    ['more labels than there is room for', 1, ethernet({ etherType: 0x8847 }, mplsOf(Array.from({ length: 20 }, (_, i) => i), there)), { ...macs, mpls: [0, 1, 2, 3, 4, 5, 6, 7] }],
    ['PPPoE', 1, ethernet({ etherType: 0x8864 }, pppoeOf(there)), macs],
    ['cooked', 113, sll({}, there), { mac_src: '02:00:00:00:00:01' }],
    ['cooked 2', 276, sll2({}, there), { mac_src: '02:00:00:00:00:01' }],
  ])('of %s', async (_, linkType, frame, expected) => {
    expect(await links(linkType, frame)).toEqual({ ...none, ...expected })
  })

  it.each([[0, 1, 2], [1, 3, 2], [2, 1, 3], [3, 3, 4]])('of 802.11 with DS bits %i', async (flags, destination, source) => {
    const frame = wifiOf(snapOf(there), { flags })
    for (const at of [1, 2, 3, 4]) if (at < 4 || flags === 3) frame.fill(at, at === 4 ? 24 : 4 + 6 * (at - 1), at === 4 ? 30 : 4 + 6 * at)
    frame[22] = frame[23] = 0
    const macOf = (octet: number): string => Array<string>(6).fill(`0${octet}`).join(':')
    for (const [linkType, bytes] of [[105, frame], [127, radiotapOf(hex('00000000'), frame)]] as const) expect(await links(linkType, bytes)).toEqual({ ...none, mac_src: macOf(source), mac_dst: macOf(destination) })
  })
})

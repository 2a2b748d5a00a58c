import { describe, expect, it } from 'vitest'

import { type Anonymizer, basic, builtinChains, community, cryptoPan, defineChain, icmp, MemorySource, ndjson, observe, ofFlow, text, tunnel, address } from '../../src/index.ts'
import { ipText, parseAddress } from '../../src/packet/address.ts'
import { ethernet, icmp4Error, ipv4, ipv6, udp } from '../../src/testing/build.ts'
import { MemoryTarget } from '../sink/memory.ts'

/** Turns every bit round: done twice, it would show. */
const inverting: Anonymizer = {
  four: (bytes, at) => { for (let k = 0; k < 4; k++) bytes[at + k] ^= 0xff },
  six: (bytes, at) => { for (let k = 0; k < 16; k++) bytes[at + k] ^= 0xff },
}

function inverted(text: string | null): string | null {
  const octets = text === null ? null : parseAddress(text)
  return octets === null ? null : ipText(octets.map((octet) => octet ^ 0xff), 0, octets.length === 4 ? 4 : 6)
}

const ports = { sourcePort: 1024, destinationPort: 53 }
const inner = ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }, udp(ports))
const frames = [
  // in a tunnel, whose ends a chain has
  ethernet({}, ipv4({ source: '192.0.2.1', destination: '192.0.2.2', protocol: 4 }, inner)),
  // an error about it, from a router
  ethernet({}, ipv4({ source: '203.0.113.9', destination: '10.0.0.1' }, icmp4Error({ type: 3, code: 1 }, inner))),
  ethernet({}, ipv6({ source: '2001:db8::1', destination: '2001:db8::2' }, udp(ports))),
].map((bytes, seconds) => ({ bytes, seconds }))

describe('records that are anonymized', () => {
  it('have other addresses in every field that has one: ends, tunnels, routers; in the hooks are the true ones', async () => {
    const seen: string[] = []
    const mine = defineChain({
      name: 'mine', doc: 'A field of an address, one that shows the end a second time, and a text.',
      fields: { mine: address({ doc: 'One that I set' }), again: ofFlow('sourceAddress', { doc: 'The source again' }), said: text({ doc: 'What a hook saw' }) },
      ip(flow, ip) {
        seen.push(ip.sourceAddress)
        flow.mine = '255.255.255.255'
        flow.said = flow.key.sourceAddress
      },
    })
    const records = []
    for await (const record of observe(new MemorySource(frames), { chains: [basic, tunnel, icmp, mine], anonymize: inverting })) records.push(record)
    expect(seen).toEqual(['10.0.0.1', '203.0.113.9', '2001:db8::1'])
    expect(records.map(({ sip, dip, again, mine, said, tunnel_sip, tunnel_dip, icmp_error_sender }) => ({ sip, dip, again, mine, said, tunnel_sip, tunnel_dip, icmp_error_sender }))).toEqual([
      { sip: '245.255.255.254', dip: '245.255.255.253', again: '245.255.255.254', mine: '0.0.0.0', said: '10.0.0.1', tunnel_sip: '63.255.253.254', tunnel_dip: '63.255.253.253', icmp_error_sender: '52.255.142.246' },
      { sip: 'dffe:f247:ffff:ffff:ffff:ffff:ffff:fffe', dip: 'dffe:f247:ffff:ffff:ffff:ffff:ffff:fffd', again: 'dffe:f247:ffff:ffff:ffff:ffff:ffff:fffe', mine: '0.0.0.0', said: '2001:db8::1', tunnel_sip: null, tunnel_dip: null, icmp_error_sender: null },
    ])
  })

  it('stay one flow, part by part, and are the same to who iterates and to a sink', async () => {
    const many = Array.from({ length: 5000 }, (_, i) => ({ seconds: i, bytes: ethernet({}, ipv4({ source: `10.1.${i % 3}.1`, destination: '10.2.0.1' }, udp(ports))) }))
    const options = { chains: [basic] as const, activeTimeout: 10, anonymize: cryptoPan(new Uint8Array(32)) }
    const target = new MemoryTarget()
    await observe(new MemorySource(many), options).writeTo(ndjson(target))
    const written = target.text.trim().split('\n').map((line) => JSON.parse(line) as { sip: string; dip: string })
    const iterated: { sip: string; dip: string }[] = []
    for await (const record of observe(new MemorySource(many), options)) iterated.push(record)
    expect(iterated.map(({ sip, dip }) => `${sip} ${dip}`)).toEqual(written.map(({ sip, dip }) => `${sip} ${dip}`))
    expect(written.length).toBeGreaterThan(1024)
    expect(new Set(written.map(({ sip }) => sip)).size).toBe(3)
    expect(new Set(written.map(({ dip }) => dip)).size).toBe(1)
    expect(written.some(({ sip }) => sip.startsWith('10.1.'))).toBe(false)
  })

  it.each(['hosts', 'aggregate', 'flow+vlan'])('with the key %s, too', async (key) => {
    const endsOf = async (anonymize: Anonymizer): Promise<(string | null)[]> => {
      const ends: (string | null)[] = []
      for await (const { sip, dip } of observe(new MemorySource(frames), { chains: [basic], key, anonymize })) ends.push(sip, dip)
      return ends
    }
    const asTheyAre = await endsOf({ four() { /* stays */ }, six() { /* stays */ } })
    expect(asTheyAre).toContain('10.0.0.1')
    expect(await endsOf(inverting)).toEqual(asTheyAre.map(inverted))
  })

  it('have no Community ID, which is a hash of the true addresses', () => {
    expect(() => observe(new MemorySource(frames), { chains: [basic, community()], anonymize: inverting })).toThrow(expect.objectContaining({
      code: 'WEIR_OPTION_ANONYMIZE', message: "community_id of chain 'community' is made from the true addresses, which it shows to who tries all: leave the chain away, or do not anonymize",
    }))
    const hash = defineChain({ name: 'hash', doc: 'One of a user.', fields: { hash: text({ doc: 'A hash of the ends', showsAddresses: true }) } })
    expect(() => observe(new MemorySource(frames), { chains: [hash], anonymize: inverting })).toThrow("hash of chain 'hash'")
  })

  it('do not have the true addresses in any field of any other chain', async () => {
    const chains = [...builtinChains.values()].filter(({ columns }) => columns.every(({ showsAddresses }) => showsAddresses !== true))
    expect(chains.length).toBe(builtinChains.size - 1)
    const records: unknown[] = []
    for await (const record of observe('test/captures/web.pcap', { chains, anonymize: cryptoPan(new Uint8Array(32)) })) records.push(record)
    const all = JSON.stringify(records, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
    for await (const { sip, dip } of observe('test/captures/web.pcap', { chains: [basic] })) {
      expect(all).not.toContain(`"${sip}"`)
      expect(all).not.toContain(`"${dip}"`)
    }
  })
})

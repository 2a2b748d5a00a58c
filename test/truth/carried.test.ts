import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { IpView } from '../../src/packet/ip-view.ts'
import { carried } from '../packet/carried-frames.ts'
import { packetOf } from '../packet/decoded.ts'
import { tunnels } from '../packet/tunnel-frames.ts'
import { Section } from '../source/build-pcapng.ts'
import { concat } from '../source/octets.ts'
import { tsharkPacket } from './tshark-packet.ts'

const present = spawnSync('tshark', ['--version']).status === 0
const FIELDS = [
  'frame.time_epoch', 'frame.len', 'frame.protocols', 'ip.src', 'ip.dst', 'ip.len', 'ip.proto', 'ip.flags.mf', 'ip.frag_offset', 'ipv6.src', 'ipv6.dst', 'ipv6.plen', 'ipv6.nxt',
  'tcp.srcport', 'tcp.dstport', 'udp.srcport', 'udp.dstport', 'sctp.srcport', 'sctp.dstport', 'icmp.type', 'icmpv6.type',
]
interface Case {
  readonly name: string
  readonly linkType: number
  readonly frame: Uint8Array
}

const cases: readonly Case[] = [
  ...carried.map(([name, linkType, frame]) => ({ name, linkType, frame })),
  ...tunnels.map(([name, frame]) => ({ name, linkType: 101, frame })),
]

const GUESS = 'tshark guesses from addresses whether a control word is there'
const COOKED = 'tshark does not look at the type of the device'
/** Where tshark shows something else, and why. */
const OTHERWISE = new Map([
  ['Ethernet in MPLS, with a control word', GUESS],
  ['Ethernet in MPLS, without one', GUESS],
  ['Ethernet in MPLS, to an address like IPv4', GUESS],
  ['Ethernet in MPLS, to an address like IPv6', GUESS],
  ['MPLS in Ethernet in MPLS', GUESS],
  ['cooked 802.11', COOKED],
  ['cooked 2 with radiotap', COOKED],
])

/** One capture of all, an interface a link type. */
function dissect(): Record<string, string>[] {
  const section = new Section()
  const linkTypes = [...new Set(cases.map(({ linkType }) => linkType))]
  const blocks = cases.map(({ linkType, frame }) => section.packet(frame, { id: linkTypes.indexOf(linkType) }))
  const directory = mkdtempSync(join(tmpdir(), 'weir-carried-'))
  try {
    const file = join(directory, 'all.pcapng')
    writeFileSync(file, concat(section.header(), ...linkTypes.map(linkType => section.interface({ linkType })), ...blocks))
    const { status, stdout, stderr } = spawnSync('tshark', ['-r', file, '-T', 'fields', ...FIELDS.flatMap(field => ['-e', field])], { encoding: 'utf8' })
    expect(status, stderr).toBe(0)
    return stdout.replace(/\n$/, '').split('\n').map(line => Object.fromEntries(line.split('\t').map((value, i) => [FIELDS[i], value])))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

describe.skipIf(!present)(`tshark finds the same packets${present ? '' : ' (skipped: tshark is not installed)'}`, () => {
  const rows = present ? dissect() : []

  it.each(cases.map((each, i) => [each.name, each.linkType, i] as const).filter(([name]) => !OTHERWISE.has(name)))('in %s (link type %i)', (_, linkType, i) => {
    const packet = packetOf(cases[i].frame, { linkType })
    const ip = new IpView(packet)
    const { view, transportOffset } = packet
    expect({
      layers: rows[i]['frame.protocols'], source: { address: ip.sourceAddress, port: view.getUint16(transportOffset) },
      destination: { address: ip.destinationAddress, port: view.getUint16(transportOffset + 2) }, protocol: packet.protocol, octets: packet.ipLength,
    }).toEqual({ layers: rows[i]['frame.protocols'], ...pick(rows[i]) })
  })
})

function pick(row: Record<string, string>): object {
  const { source, destination, protocol, octets } = tsharkPacket(row) ?? {}
  return { source, destination, protocol, octets }
}

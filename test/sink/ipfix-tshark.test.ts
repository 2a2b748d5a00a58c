/** What tshark, which is not ours, reads in IPFIX files. */
import { spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { basic, builtinChains, defineChain, IGNORE, MemorySource, observe, tcp } from '../../src/index.ts'
import { ADDRESS_ELEMENTS, TIME_ELEMENTS, UNSIGNED_ELEMENTS } from '../../src/sink/ipfix-elements.ts'
import { ipfix } from '../../src/sink/ipfix.ts'
import { arp, capture, ethernet, ipv4, udp } from '../../src/testing/build.ts'
import { batchOf, type Given } from './batch.ts'
import { decode } from './ipfix-reader.ts'
import { writtenBy } from './memory.ts'

const hasTshark = spawnSync('tshark', ['--version']).status === 0
if (!hasTshark) console.warn('tshark is not installed: what it reads in IPFIX files is not tested')

/** Elements that have other names in NetFlow 9, which tshark shows. */
const OLDER_NAMES: Record<string, string> = {
  octetDeltaCount: 'BYTES', packetDeltaCount: 'PKTS', deltaFlowCount: 'FLOWS', protocolIdentifier: 'PROTOCOL', ipClassOfService: 'IP_TOS', tcpControlBits: 'TCP_FLAGS',
  sourceTransportPort: 'L4_SRC_PORT', ingressInterface: 'INPUT_SNMP', destinationTransportPort: 'L4_DST_PORT', egressInterface: 'OUTPUT_SNMP',
  minimumIpTotalLength: 'IP LENGTH MINIMUM', maximumIpTotalLength: 'IP LENGTH MAXIMUM', flowLabelIPv6: 'FLOW_LABEL', icmpTypeCodeIPv4: 'ICMP_TYPE', igmpType: 'IGMP_TYPE',
  minimumTTL: 'IP TTL MINIMUM', maximumTTL: 'IP TTL MAXIMUM', fragmentIdentification: 'IPv4 ID', vlanId: 'SRC_VLAN', ipVersion: 'IP_PROTOCOL_VERSION', flowDirection: 'DIRECTION',
  octetTotalCount: 'BYTES_TOTAL', packetTotalCount: 'PACKETS_TOTAL', icmpTypeCodeIPv6: 'ICMP_IPv6_TYPE', flowId: 'FLOW_ID', flowEndReason: 'FLOW_END_REASON',
  icmpTypeIPv4: 'ICMP_IPv4_TYPE', icmpCodeIPv4: 'ICMP_IPv4_CODE', icmpTypeIPv6: 'ICMP_IPv6_TYPE', icmpCodeIPv6: 'ICMP_IPv6_CODE',
  tcpSequenceNumber: 'TCP_SEQ_NUM', tcpAcknowledgementNumber: 'TCP_ACK_NUM', tcpWindowSize: 'TCP_WINDOW_SIZE', tcpUrgentPointer: 'TCP_URGENT_PTR', ipTTL: 'IP_TTL', ipDiffServCodePoint: 'IP_DSCP', ipPayloadLength: 'IP_PAYLOAD_LENGTH',
}

describe.skipIf(!hasTshark)('tshark reads', { timeout: 60_000 }, () => {
  let directory: string
  beforeAll(() => { directory = mkdtempSync(join(tmpdir(), 'weir-')) })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  const tshark = (file: string, ...args: string[]): string => spawnSync('tshark', ['-o', 'cflow.max_template_fields:0', '-r', file, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout

  it('every field of every record of a capture with all chains, octet for octet', async () => {
    const file = join(directory, 'all.ipfix')
    await observe('test/captures/web.pcap', { chains: [...builtinChains.values()] }).writeTo(ipfix(file))
    const { records, all } = decode(readFileSync(file))
    const expected = all.map((record) => record.map(({ octets }) => octets.toString('hex')).filter((hex) => hex !== '').sort())
    const pdml = tshark(file, '-T', 'pdml')
    expect(pdml).not.toMatch(/malformed|no template found/i)
    const flows = pdml.split(/show="Flow \d+[^"]*"/).slice(1).map((flow) => {
      const fields = Array.from(flow.matchAll(/^ {8}(?: {2}(?=.*cflow\.abstime))?<field name="(cflow\.[^"]+)".*? value="([0-9a-f]+)"/gm), ([, name, hex]) => ({ name, hex }))
      return fields.filter(({ name }) => !/template|flowset/.test(name)).map(({ hex }) => hex).sort()
    })
    expect(flows).toEqual(expected)
    expect(records.length).toBeGreaterThan(8)
  })

  it('what became of the packets, at the end', async () => {
    const wanted = defineChain({ name: 'wanted', doc: 'Wants no port 9.', udp() { /* all */ }, newFlow: (flow) => (flow.key.destinationPort === 9 ? IGNORE : undefined) })
    const frame = (destinationPort: number): Uint8Array => ethernet({}, ipv4({ source: '192.0.2.1', destination: '192.0.2.2' }, udp({ sourcePort: 1, destinationPort })))
    const cut = frame(53).slice(0, 30), wrong = frame(53)
    wrong[14] = 0x42 // a header of 8 octets
    const source = new MemorySource([frame(53), frame(53), frame(54), frame(9), frame(9), frame(9), cut, wrong, wrong, arp({ sender: '192.0.2.1', target: '192.0.2.2' })].map((bytes, seconds) => ({ bytes, seconds, ...(bytes === cut && { wireLength: 60 }) })))
    const file = join(directory, 'ledger.ipfix')
    const observer = observe(Object.assign(source, { dropped: 5 }), { chains: [basic, wanted] })
    await observer.writeTo(ipfix(file))
    expect(observer.ledger).toMatchObject({ packets: 10, in_flows: 3, vetoed: 3, non_ip: 1, short: 1, malformed: 2, orphan_fragments: 0, flows: 2, flows_vetoed: 1, dropped: 5, records: 2 })
    const shown = tshark(file, '-V').split('\n').map((line) => line.trim())
    expect(shown.slice(shown.lastIndexOf('Flow 1')).filter((line) => line !== '')).toEqual([
      'Flow 1', 'Observation Domain Id: 1', 'FlowsExp: 2', 'Permanent Packets: 9', 'Dropped Total Packets: 5', 'Flows: 3', 'Ignored Packets: 3', 'Not Sent Flows: 1', 'Not Sent Packets: 3',
    ])
    expect(shown).toContain('Field (1/1) [Scope]: observationDomainId')
  })

  it('sequence numbers over UDP as it counts them, with what is sent again', async () => {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 22 }).bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const datagrams: Uint8Array[] = []
    socket.on('message', (message) => datagrams.push(message))
    const frames = Array.from({ length: 9000 }, (_, i) => ({ seconds: i, bytes: ethernet({}, ipv4({ source: '192.0.2.1', destination: '192.0.2.2' }, udp({ sourcePort: i, destinationPort: 53 }))) }))
    await observe(new MemorySource(frames), { chains: [basic, tcp] }).writeTo(ipfix(`ipfix+udp://127.0.0.1:${socket.address().port}`))
    for (let before = -1; before < datagrams.length; await wait(30)) before = datagrams.length
    socket.close()
    expect(datagrams.length).toBeGreaterThan(401)
    const file = join(directory, 'udp.pcap')
    writeFileSync(file, capture(datagrams.map((payload, time) => ({ time, frame: ethernet({}, ipv4({ source: '192.0.2.1', destination: '192.0.2.2' }, udp({ sourcePort: 5000, destinationPort: 4739 }, payload))) }))))
    const shown = tshark(file, '-V')
    expect(shown.match(/FlowSequence: \d+/g)).toHaveLength(datagrams.length)
    expect(shown).not.toMatch(/Unexpected flow sequence/)
    // each time, and at the end, how many flow records were sent before
    const exported = Array.from(shown.matchAll(/FlowsExp: (\d+)/g), ([, number]) => Number(number))
    expect(exported.length).toBe(Math.ceil(datagrams.length / 201))
    expect(exported.at(-1)).toBe(9000)
    expect(exported).toEqual(exported.toSorted((a, b) => a - b))
  })

  it('a file of no records', async () => {
    const file = join(directory, 'empty.ipfix')
    await writtenBy(() => ipfix(file), batchOf([{ name: 'x', kind: 'u8', values: [] }]))
    expect(readFileSync(file)).toHaveLength(16)
    expect(tshark(file, '-V')).toMatch(/Version: 10\n\s+Length: 16\n/)
  })

  it('every element by the number that we give it', async () => {
    const names = [...Object.keys(UNSIGNED_ELEMENTS), ...Object.keys(TIME_ELEMENTS)]
    const given = names.map((ie): Given => (ie in TIME_ELEMENTS ? { name: ie, ie, kind: 'time', values: [[1, 2]] } : { name: ie, ie, kind: 'u8', values: [3] }))
    const file = join(directory, 'elements.ipfix')
    await writtenBy(() => ipfix(file), batchOf([...given, ...Object.keys(ADDRESS_ELEMENTS).map((ie): Given => ({ name: ie, ie, kind: 'address', values: ['192.0.2.1'] }))]))
    const shown = new Map(Array.from(tshark(file, '-V').matchAll(/Type: (.+) \((\d+)\)$/gm), ([, name, number]) => [Number(number), name]))
    const numbers = { ...Object.fromEntries(Object.entries(UNSIGNED_ELEMENTS).map(([name, [number]]) => [name, number])), flowStartNanoseconds: 156, flowEndNanoseconds: 157, flowStartMilliseconds: 152, flowEndMilliseconds: 153 }
    const wrong = Object.entries(numbers).map(([name, number]) => [name, number, shown.get(number)]).filter(([name, , is]) => is !== name && is !== OLDER_NAMES[name!])
    expect(wrong).toEqual([])
    expect(shown.get(8)).toBe('IP_SRC_ADDR')
    expect(shown.get(12)).toBe('IP_DST_ADDR')
  })
})

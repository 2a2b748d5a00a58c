/** What tshark, which is not ours, reads in IPFIX files. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { builtinChains, observe } from '../../src/index.ts'
import { ADDRESS_ELEMENTS, TIME_ELEMENTS, UNSIGNED_ELEMENTS } from '../../src/sink/ipfix-elements.ts'
import { ipfix } from '../../src/sink/ipfix.ts'
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
    const { records, options } = decode(readFileSync(file))
    const expected = [...options, ...records].map((record) => record.map(({ octets }) => octets.toString('hex')).filter((hex) => hex !== '').sort())
    const pdml = tshark(file, '-T', 'pdml')
    expect(pdml).not.toMatch(/malformed|no template found/i)
    const flows = pdml.split(/show="Flow \d+[^"]*"/).slice(1).map((flow) => {
      const fields = Array.from(flow.matchAll(/^ {8}(?: {2}(?=.*cflow\.abstime))?<field name="(cflow\.[^"]+)".*? value="([0-9a-f]+)"/gm), ([, name, hex]) => ({ name, hex }))
      return fields.filter(({ name }) => !/template|flowset/.test(name)).map(({ hex }) => hex).sort()
    })
    expect(flows).toEqual(expected)
    expect(records.length).toBeGreaterThan(8)
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

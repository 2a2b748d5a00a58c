import { defineChain } from '../chain/define.ts'
import { bool, list, type ListView, nullable, u32, u64 } from '../chain/field.ts'
import type { PacketView } from '../chain/types.ts'
import { isExtension } from '../packet/protocol.ts'

const IPV4_HEADER = 20, IPV6_HEADER = 40
const END = 0, NO_OPERATION = 1
const FRAGMENT = 44, AUTHENTICATION = 51

/** What else the IP header says. */
export const ip = defineChain({
  name: 'ip',
  doc: 'Flow label, fragmentation, options and extension headers of each direction.',
  directional: {
    ip_flow_label: nullable(u32({ doc: 'Flow label of the first packet; null in IPv4', ie: 'flowLabelIPv6', rfc: 'RFC 6437' })),
    ip_df: nullable(bool({ doc: 'The first packet must not be fragmented; null in IPv6', rfc: 'RFC 791' })),
    ip_fragments: u64({ doc: 'Fragments', unit: 'packets', rfc: 'RFC 791; RFC 8200' }),
    ip_options: list('u8', { max: 8, doc: 'Types of the IPv4 options that were seen, each once, in the order in which they came first', rfc: 'RFC 791' }),
    ip_extensions: list('u8', { max: 8, doc: 'Protocol numbers of the IPv6 extension headers that were seen, each once, in the order in which they came first', rfc: 'RFC 8200' }),
  },
  ip(flow, header) {
    if (!header.isError && (header.moreFragments || header.fragmentOffset !== 0)) flow.side.ip_fragments += 1
  },
  ip4(flow, header, _rev, packet) {
    if (header.isError) return
    const { side } = flow
    if (side.ip_df === null) side.ip_df = header.dontFragment
    if (header.headerLength > IPV4_HEADER) options(side.ip_options, packet, header.headerLength)
  },
  ip6(flow, header, _rev, packet) {
    if (header.isError) return
    const { side } = flow
    if (side.ip_flow_label === null) side.ip_flow_label = header.flowLabel
    if (isExtension(header.nextHeader)) extensions(side.ip_extensions, packet, header.nextHeader)
  },
})

/** An option without its length, or with one below 2, ends the list. */
function options(seen: ListView, { bytes, ipOffset, start, capturedLength }: PacketView, headerLength: number): void {
  const end = Math.min(ipOffset + headerLength, start + capturedLength, bytes.length)
  for (let at = ipOffset + IPV4_HEADER; at < end; ) {
    const type = bytes[at]
    if (type === END) return
    if (type === NO_OPERATION) {
      at++
      continue
    }
    if (at + 1 >= end || bytes[at + 1] < 2) return
    note(seen, type)
    at += bytes[at + 1]
  }
}

/** The decoder has walked them: they end at the transport header. */
function extensions(seen: ListView, { bytes, ipOffset, transportOffset }: PacketView, first: number): void {
  let at = ipOffset + IPV6_HEADER
  for (let next = first; isExtension(next) && at + 8 <= transportOffset; ) {
    note(seen, next)
    const header = next
    next = bytes[at]
    at += header === FRAGMENT ? 8 : header === AUTHENTICATION ? (bytes[at + 1] + 2) << 2 : (bytes[at + 1] + 1) << 3
  }
}

function note(seen: ListView, value: number): void {
  for (let i = 0; i < seen.length; i++) if (seen.at(i) === value) return
  seen.push(value)
}

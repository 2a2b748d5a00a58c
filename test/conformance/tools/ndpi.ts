import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Counted } from '../flow.ts'
import { errorsApart, frameOctets, neverIdle } from '../rules.ts'
import type { Tool } from '../tool.ts'

const PROTOCOLS: Readonly<Record<string, number>> = { ICMP: 1, IGMP: 2, TCP: 6, UDP: 17, ICMPV6: 58, SCTP: 132 }
const FLOW = /^\t\d+\t(\w+) (\S+) <?-> (\S+) .*?\[(\d+) pkts\/(\d+) bytes <?-> (\d+) pkts\/(\d+) bytes\]/gm

/** nDPI's reader: a line a flow, the longest first. */
export const ndpi: Tool = (folder, capture) =>
  capture.expected.filter((path) => path.startsWith('expected/ntop+nDPI/') && path.endsWith('.out')).map((path) => ({
    tool: `ndpi ${path.split('/').at(-3)}`,
    capture,
    flows: () => [...readFileSync(join(folder, path), 'utf8').matchAll(FLOW)].map(flow),
    rules: [frameOctets, errorsApart, neverIdle],
  }))

function flow([, protocol, source, destination, ...counts]: RegExpMatchArray): Counted {
  const proto = PROTOCOLS[protocol]
  const [sip, sp] = end(source), [dip, dp] = end(destination)
  const hasPorts = proto === 6 || proto === 17 || proto === 132
  const [pkt_fwd, oct_fwd, pkt_rev, oct_rev] = counts.map(Number)
  return { sip, dip, proto, sp: hasPorts ? sp : null, dp: hasPorts ? dp : null, pkt_fwd, pkt_rev, oct_fwd, oct_rev }
}

function end(text: string): [address: string, port: number] {
  const colon = text.lastIndexOf(':')
  const address = text.slice(0, colon)
  return [address.startsWith('[') ? canonical(address) : address, Number(text.slice(colon + 1))]
}

/** nDPI shortens a single group of zeros too, which RFC 5952 section 4.2.2 forbids. */
function canonical(address: string): string {
  return new URL(`http://${address}`).hostname.slice(1, -1)
}

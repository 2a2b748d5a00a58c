import { dnsResponse } from './dns.ts'
import type { IpPacket } from './headers.ts'
import type { Form, Switches } from './rules.ts'
import { tcpOptions } from './tcp-options.ts'
import type { Timed } from './timers.ts'

export type ModelRecord = Record<string, string | number | boolean | null>

export interface ModelFlow extends Timed {
  readonly key: string
  readonly record: ModelRecord
  /** Of the first SYN. */
  synSequence: string | null
}

export interface Seen {
  readonly packet: IpPacket
  readonly rev: boolean
  readonly form: Form
  readonly on: Switches
  /** An ICMP error in the flow that it quotes. */
  readonly isError: boolean
}

/** A chain of PATHspider: its fields with their first values, and what a packet does to them. */
export interface ModelChain {
  readonly initial: ModelRecord
  describe?(packet: IpPacket, sp: number | null, dp: number | null): ModelRecord
  packet(record: ModelRecord, seen: Seen): 'complete' | void
}

const FIN = 0x01, SYN = 0x02, RST = 0x04, ACK = 0x10
const UDP = 17, TCP = 6

/** Header of a packet that has all of its fixed part. */
function tcpHeader({ packet }: Seen): Uint8Array | null {
  const { protocol, fragmentOffset, transport } = packet
  return protocol === TCP && fragmentOffset === 0 && transport.length >= 20 ? transport : null
}

function udpHeader({ packet }: Seen): Uint8Array | null {
  const { protocol, fragmentOffset, transport } = packet
  return protocol === UDP && fragmentOffset === 0 && transport.length >= 8 ? transport : null
}

function optionsOf({ packet: { sentOctets, capturedOctets } }: Seen, header: Uint8Array): Map<number, Uint8Array | null> {
  return tcpOptions(header, capturedOctets < sentOctets)
}

function tcpFlags(header: Uint8Array): number {
  return ((header[12] & 0x0f) << 8) | header[13]
}

/** The fields of both directions. */
function both(names: readonly string[], value: ModelRecord[string]): ModelRecord {
  return Object.fromEntries(names.flatMap((name) => [[`${name}_fwd`, value], [`${name}_rev`, value]]))
}

function direction({ rev }: Seen): 'fwd' | 'rev' {
  return rev ? 'rev' : 'fwd'
}

/** For chains that read marks of the IP header: those of a SYN, of a packet with data, or of none that counts. */
function markOf(seen: Seen): 'syn' | 'data' | null {
  const header = tcpHeader(seen)
  if (header === null) return 'data'
  if ((tcpFlags(header) & SYN) !== 0) return 'syn'
  return seen.packet.payloadLength <= (header[12] >> 4) * 4 ? null : 'data'
}

function skipsError({ isError, on }: Seen): boolean {
  return isError && !on('marks of errors')
}

export const modelChains: Readonly<Record<string, ModelChain>> = {
  basic: {
    initial: { sip: null, dip: null, proto: null, sp: null, dp: null, ...both(['pkt', 'oct'], 0) },
    describe: ({ source, destination, protocol }, sp, dp) => ({ sip: source, dip: destination, proto: protocol, sp, dp }),
    packet(record, seen) {
      const { packet, on } = seen
      const side = direction(seen)
      record[`pkt_${side}`] = (record[`pkt_${side}`] as number) + 1
      record[`oct_${side}`] = (record[`oct_${side}`] as number) + (on('captured octets') ? packet.capturedOctets : packet.sentOctets)
    },
  },
  tcp: {
    initial: { ...both(['tcp_synflags'], null), ...both(['tcp_fin', 'tcp_rst'], false), tcp_connected: false },
    packet(record, seen) {
      const header = tcpHeader(seen)
      if (header === null) return
      const flags = tcpFlags(header)
      const { rev, form, on } = seen
      const side = direction(seen)
      if ((flags & SYN) !== 0) record[`tcp_synflags_${side}`] ??= flags
      const answer = record['tcp_synflags_rev'] as number | null
      if (!rev && (flags & ACK) !== 0 && record['tcp_synflags_fwd'] !== null && answer !== null && (answer & ACK) !== 0) record['tcp_connected'] = true
      const swapped = form === 'head' && on('swapped FIN')
      if ((flags & FIN) !== 0) record[`tcp_fin_${rev !== swapped ? 'rev' : 'fwd'}`] = true
      if ((flags & RST) !== 0) record[`tcp_rst_${side}`] = true
      const over = record['tcp_rst_fwd'] || record['tcp_rst_rev'] || (record['tcp_fin_fwd'] && record['tcp_fin_rev'])
      return over ? 'complete' : undefined
    },
  },
  icmp: {
    initial: { icmp_unreachable: false },
    packet(record, { packet, rev, isError }) {
      if (isError && rev && packet.transport[0] === (packet.version === 4 ? 3 : 1)) record['icmp_unreachable'] = true
      return isError && record['icmp_unreachable'] ? 'complete' : undefined
    },
  },
  udp: {
    initial: both(['udp_zero_checksum'], null),
    packet(record, seen) {
      const header = udpHeader(seen)
      if (header !== null) record[`udp_zero_checksum_${direction(seen)}`] = header[6] === 0 && header[7] === 0
    },
  },
  ecn: {
    initial: both(['ect0', 'ect1', 'ce'].flatMap((mark) => [`ecn_${mark}_syn`, `ecn_${mark}_data`]), false),
    packet(record, seen) {
      const mark = [null, 'ect1', 'ect0', 'ce'][seen.packet.trafficClass & 3]
      if (mark !== null && !skipsError(seen)) record[`ecn_${mark}_${markOf(seen) ?? 'data'}_${direction(seen)}`] = true
    },
  },
  dscp: {
    initial: both(['dscp_mark_syn', 'dscp_mark_data'], null),
    packet(record, seen) {
      const mark = markOf(seen)
      if (mark === null || skipsError(seen)) return
      const field = `dscp_mark_${mark}_${direction(seen)}`
      record[field] ??= seen.packet.trafficClass >> 2
    },
  },
  evil: {
    initial: both(['evilbit_syn', 'evilbit_data'], null),
    packet(record, seen) {
      const mark = markOf(seen)
      if (seen.packet.version !== 4 || mark === null || skipsError(seen)) return
      const field = `evilbit_${mark}_${direction(seen)}`
      const again = record[field] !== null
      record[field] ??= seen.packet.reservedBit
      return again && mark === 'data' && seen.on('evil ends the flow') ? 'complete' : undefined
    },
  },
  mss: {
    initial: both(['mss_len', 'mss_value'], null),
    packet(record, seen) {
      const header = tcpHeader(seen)
      if (header === null || (tcpFlags(header) & SYN) === 0) return
      const value = optionsOf(seen, header).get(2)
      if (value === undefined || value === null) return
      record[`mss_len_${direction(seen)}`] ??= value.length + 2
      record[`mss_value_${direction(seen)}`] ??= Math.min(value.reduce((number, octet) => number * 256 + octet, 0), 0xffffffff)
    },
  },
  tcpopt: {
    initial: { tcpopt_ts: null, tcpopt_ws: null, tcpopt_sack: null },
    packet(record, seen) {
      const header = tcpHeader(seen)
      if (header === null || !seen.rev || (tcpFlags(header) & SYN) === 0) return
      const options = optionsOf(seen, header)
      for (const [name, kind] of [['ts', 8], ['ws', 3], ['sack', 4]] as const) if (options.has(kind)) record[`tcpopt_${name}`] = true
    },
  },
  tfo: {
    initial: { tfo_synkind: 0, tfo_ackkind: 0, tfo_synclen: 0, tfo_ackclen: 0, tfo_seq: 0, tfo_dlen: 0, tfo_ack: 0 },
    packet(record, seen) {
      const header = tcpHeader(seen)
      if (header === null || (tcpFlags(header) & SYN) === 0) return
      const view = new DataView(header.buffer, header.byteOffset)
      const cookie = fastOpenCookie(optionsOf(seen, header))
      if ((tcpFlags(header) & ACK) === 0) {
        if (cookie === null || record['tfo_synkind'] !== 0) return
        const { sentOctets, capturedOctets, transport, transportAndTrailer } = seen.packet
        const payload = seen.on('captured octets') ? transportAndTrailer.length : transport.length + sentOctets - Math.min(sentOctets, capturedOctets)
        Object.assign(record, { tfo_synkind: cookie.kind, tfo_synclen: cookie.length, tfo_seq: view.getUint32(4), tfo_dlen: payload - (header[12] >> 4) * 4 })
      } else if (record['tfo_synkind'] !== 0) {
        if (record['tfo_ack'] === 0) record['tfo_ack'] = view.getUint32(8)
        if (cookie !== null && record['tfo_ackkind'] === 0) Object.assign(record, { tfo_ackkind: cookie.kind, tfo_ackclen: cookie.length })
      }
    },
  },
  dns: {
    initial: { dns_response_valid: false },
    packet(record, seen) {
      const tcp = tcpHeader(seen)
      // over TCP a message comes behind its length
      const message = tcp === null ? udpHeader(seen)?.subarray(8) : tcp.subarray((tcp[12] >> 4) * 4 + 2)
      if (seen.rev && message !== undefined && dnsResponse(message)) record['dns_response_valid'] = true
      return record['dns_response_valid'] ? 'complete' : undefined
    },
  },
  noop: { initial: {}, packet() {} },
}

/** TCP Fast Open's option, or the experimental one before it, which begins with a magic number. */
function fastOpenCookie(options: ReadonlyMap<number, Uint8Array | null>): { kind: number; length: number } | null {
  for (const [kind, value] of options) {
    if (value === null) continue
    if (kind === 34) return { kind, length: value.length }
    if (kind >= 253 && value[0] === 0xf9 && value[1] === 0x89) return { kind, length: value.length - 2 }
  }
  return null
}

import { defineChain } from '../chain/define.ts'
import { text } from '../chain/field.ts'
import type { KeyView, PacketView } from '../chain/types.ts'
import { parseAddress } from '../packet/address.ts'
import type { IpView } from '../packet/ip-view.ts'
import { type ChainOption, optionOf } from './options.ts'
import { sha1 } from './sha1.ts'

const ICMP = 1, TCP = 6, UDP = 17, ICMPV6 = 58, SCTP = 132

/** Types of requests and what answers them, which stand for ports; all others are one-way. */
const ICMP_ANSWERS = new Map([[8, 0], [13, 14], [15, 16], [10, 9], [17, 18]])
const ICMPV6_ANSWERS = new Map([[128, 129], [133, 134], [135, 136], [130, 131], [139, 140], [144, 145]])
for (const answers of [ICMP_ANSWERS, ICMPV6_ANSWERS]) for (const [request, answer] of new Map(answers)) answers.set(answer, request)

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

export const COMMUNITY_OPTIONS = {
  seed: { doc: 'Seed that sets the identifiers of one site apart', default: 0, min: 0, max: 65535 },
} as const satisfies Record<string, ChainOption>

/** Community ID. @throws {OptionError} WEIR_OPTION_CHAINS */
export function community(options: { /** Sets the identifiers of one site apart: 0 to 65535. Default 0. */ readonly seed?: number } = {}) {
  const seed = optionOf('community', 'seed', COMMUNITY_OPTIONS.seed, options.seed)
  return defineChain({
    name: 'community',
    doc: "Community ID of the flow, by which other tools' records of it are found. ICMP flows have that of their first packet's type.",
    fields: {
      community_id: text({ max: 30, doc: 'Community ID, version 1', showsAddresses: true }),
    },
    newFlow(flow, ip, rev, packet) {
      flow.community_id = communityId(seed, flow.key, ip, rev, packet)
    },
  })
}

/** @source https://github.com/corelight/community-id-spec */
function communityId(seed: number, key: KeyView, ip: IpView, rev: boolean, packet: PacketView): string {
  const source = parseAddress(key.sourceAddress)!, destination = parseAddress(key.destinationAddress)!
  const { protocol } = key
  let from: number | null = null, to: number | null = null
  let isOneWay = false
  let isTurned = false
  if (protocol === TCP || protocol === UDP || protocol === SCTP) {
    from = key.sourcePort
    to = key.destinationPort
  } else if ((protocol === ICMP || protocol === ICMPV6) && packet.hasTransport && !ip.isError) {
    // the type is that of this packet, which after a cut may travel against the flow
    isTurned = rev
    from = packet.bytes[packet.transportOffset]
    const answer = (protocol === ICMP ? ICMP_ANSWERS : ICMPV6_ANSWERS).get(from)
    isOneWay = answer === undefined
    to = answer ?? packet.bytes[packet.transportOffset + 1]
  }
  const [one, other] = isTurned ? [destination, source] : [source, destination]
  const order = compare(one, other)
  const inOrder = isOneWay || order < 0 || (order === 0 && (from ?? 0) <= (to ?? 0))
  const ports = from === null || to === null ? [] : inOrder ? [from, to] : [to, from]
  const message = Uint8Array.from([
    seed >> 8, seed & 255, ...(inOrder ? one : other), ...(inOrder ? other : one), protocol, 0, ...ports.flatMap((port) => [port >> 8, port & 255]),
  ])
  return `1:${base64(sha1(message))}`
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((octet, i) => octet !== b[i])
  return at < 0 ? 0 : a[at] - b[at]
}

/** @source RFC 4648 section 4 */
function base64(bytes: Uint8Array): string {
  let encoded = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at
    const bits = (bytes[at] << 16) | ((left > 1 ? bytes[at + 1] : 0) << 8) | (left > 2 ? bytes[at + 2] : 0)
    encoded += BASE64[bits >> 18] + BASE64[(bits >> 12) & 63] + (left > 1 ? BASE64[(bits >> 6) & 63] : '=') + (left > 2 ? BASE64[bits & 63] : '=')
  }
  return encoded
}

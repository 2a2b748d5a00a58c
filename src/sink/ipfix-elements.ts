/** Abstract data types and their numbers. @source RFC 5610, section 3.1; IANA, "IPFIX Information Element Data Types" */
export const DataType = {
  octetArray: 0, unsigned8: 1, unsigned16: 2, unsigned32: 3, unsigned64: 4, signed32: 7, signed64: 8, float32: 9, float64: 10, boolean: 11,
  string: 13, dateTimeMilliseconds: 15, dateTimeNanoseconds: 17, ipv4Address: 18, ipv6Address: 19,
} as const
export type DataType = (typeof DataType)[keyof typeof DataType]

/** @source RFC 5103, section 6.1 */
export const REVERSE_PEN = 29305
/** For examples and documentation: fields that IANA's registry does not have are told apart by their names. @source RFC 5612 */
export const OWN_PEN = 32473
/** Length of a field that says its length itself. @source RFC 7011, section 7 */
export const VARIABLE = 65535

export const BASIC_LIST = 291
export const FLOW_START_MILLISECONDS = 152, FLOW_END_MILLISECONDS = 153

/** Elements of unsigned integers, by name: number and octets. @source IANA, "IPFIX Information Elements" */
export const UNSIGNED_ELEMENTS: Readonly<Record<string, readonly [number: number, octets: number]>> = {
  octetDeltaCount: [1, 8], packetDeltaCount: [2, 8], deltaFlowCount: [3, 8], protocolIdentifier: [4, 1], ipClassOfService: [5, 1], tcpControlBits: [6, 2],
  sourceTransportPort: [7, 2], ingressInterface: [10, 4], destinationTransportPort: [11, 2], egressInterface: [14, 4],
  minimumIpTotalLength: [25, 8], maximumIpTotalLength: [26, 8], flowLabelIPv6: [31, 4], icmpTypeCodeIPv4: [32, 2], igmpType: [33, 1],
  minimumTTL: [52, 1], maximumTTL: [53, 1], fragmentIdentification: [54, 4], vlanId: [58, 2], ipVersion: [60, 1], flowDirection: [61, 1],
  octetTotalCount: [85, 8], packetTotalCount: [86, 8], flowEndReason: [136, 1], icmpTypeCodeIPv6: [139, 2], flowId: [148, 8],
  icmpTypeIPv4: [176, 1], icmpCodeIPv4: [177, 1], icmpTypeIPv6: [178, 1], icmpCodeIPv6: [179, 1],
  tcpSequenceNumber: [184, 4], tcpAcknowledgementNumber: [185, 4], tcpWindowSize: [186, 2], tcpUrgentPointer: [187, 2], ipTTL: [192, 1], ipDiffServCodePoint: [195, 1],
  ipPayloadLength: [204, 4], tcpSynTotalCount: [218, 8], tcpFinTotalCount: [219, 8], tcpRstTotalCount: [220, 8], tcpPshTotalCount: [221, 8], tcpAckTotalCount: [222, 8], tcpUrgTotalCount: [223, 8],
  ipTotalLength: [224, 8], tcpWindowScale: [238, 2], dot1qVlanId: [243, 2], dot1qPriority: [244, 1], layer2SegmentId: [351, 8],
  transportOctetDeltaCount: [401, 8], transportPacketDeltaCount: [402, 8],
}

/** Elements of addresses, by what chains call them: those of IPv4 and of IPv6. */
export const ADDRESS_ELEMENTS: Readonly<Record<string, readonly [four: number, six: number]>> = {
  sourceIPAddress: [8, 27], destinationIPAddress: [12, 28],
}

/** Elements of times, in nanoseconds and in milliseconds. */
export const TIME_ELEMENTS: Readonly<Record<string, readonly [nanoseconds: number, milliseconds: number]>> = {
  flowStartNanoseconds: [156, FLOW_START_MILLISECONDS], flowEndNanoseconds: [157, FLOW_END_MILLISECONDS],
}

/** What an element is seen from the other end. */
export const TURNED: Readonly<Record<string, string>> = {
  sourceIPAddress: 'destinationIPAddress', destinationIPAddress: 'sourceIPAddress',
  sourceTransportPort: 'destinationTransportPort', destinationTransportPort: 'sourceTransportPort',
}

/** @source RFC 5610, section 3.4; IANA, "IPFIX Information Element Units" */
const UNITS: Readonly<Record<string, number>> = { octets: 2, packets: 3, flows: 4, seconds: 5, milliseconds: 6, microseconds: 7, nanoseconds: 8 }

/** An element that IANA's registry does not have. */
export interface OwnElement {
  readonly number: number
  readonly type: DataType
  readonly name: string
  readonly doc: string
  readonly unit: number
}

/** Numbers elements by their names, so that they stay the same from run to run, whatever the other fields. */
export class OwnElements {
  readonly all: OwnElement[] = []
  private readonly numbers = new Map<string, OwnElement>()

  number(name: string, type: DataType, { doc, unit }: { readonly doc: string; readonly unit?: string }): number {
    let element = this.numbers.get(name)
    if (element === undefined) {
      let number = (hash(name) % 32767) + 1
      while (this.all.some((other) => other.number === number)) number = (number % 32767) + 1
      element = { number, type, name, doc, unit: (unit === undefined ? undefined : UNITS[unit]) ?? 0 }
      this.numbers.set(name, element)
      this.all.push(element)
    }
    return element.number
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0
  return value
}

import { type Flow, regrouped, type Seen, turned } from './flow.ts'
import type { Rule } from './tool.ts'

const packetsOf = (flows: readonly Flow[]) => flows.flatMap(({ packets }) => packets).toSorted((a, b) => a.number - b.number)
const counted = (flows: readonly Flow[], octets: (packet: Seen) => number): Flow[] =>
  flows.map(({ ends, packets }) => ({ ends, packets: packets.map((packet) => ({ ...packet, octets: octets(packet) })) }))

export const frameOctets: Rule = {
  name: 'frame octets',
  reason: 'The tool counts the octets of the frame, link header and padding included.',
  apply: (flows) => counted(flows, ({ frameLength }) => frameLength),
}

export const errorsApart: Rule = {
  name: 'errors apart',
  reason: 'The tool does not look into ICMP errors: they are a flow between those who sent and received them.',
  apply: (flows) => regrouped(packetsOf(flows), 30),
}

export const neverIdle: Rule = {
  name: 'longer idle timeout',
  reason: 'The tool has no timeout when it reads a file, or one that is longer than any silence in the capture.',
  apply: (flows) => regrouped(packetsOf(flows), Infinity),
}

export const icmpByType: Rule = {
  name: 'ICMP by type',
  reason: 'Zeek tells the type of ICMP where others have ports: errors are apart from the echo requests between the same hosts.',
  apply(flows) {
    const packets = packetsOf(flows)
    return [true, false].flatMap((isError) => regrouped(packets.filter((packet) => packet.isError === isError), Infinity))
  },
}

export const answerFirst: Rule = {
  name: 'answer first',
  reason: 'Where the first packet of a flow is a SYN with ACK, Zeek takes its receiver for the originator (`^` in the history).',
  apply: (flows) => flows.map((flow) => (flow.packets[0].syn?.isAnswer ? turned(flow) : flow)),
}

export const connections: Rule = {
  name: 'connections',
  reason: 'The tool counts TCP connections: they have no timeout, and a SYN that is not the first one sent again begins the next.',
  apply(flows) {
    return regrouped(packetsOf(flows), Infinity).flatMap(({ ends, packets }) => {
      const parts: Seen[][] = []
      let opened: number | null = null
      for (const packet of packets) {
        const isOpening = packet.syn !== null && !packet.syn.isAnswer && packet.syn.sequence !== opened
        if (parts.length === 0 || isOpening) parts.push([])
        if (isOpening) opened = packet.syn!.sequence
        parts.at(-1)!.push(packet)
      }
      return parts.map((part) => ({ ends, packets: part }))
    })
  },
}

export const eachPacket: Rule = {
  name: 'a flow a packet',
  reason: 'The plugin ends the flow with every message.',
  apply: (flows) => flows.flatMap(({ packets }) => packets.map((packet) => ({ ends: packet.own, packets: [{ ...packet, rev: false }] }))),
}

export const dynamicFilter: Rule = {
  name: 'filter set while it runs',
  reason: 'The test tells Zeek at the first packet to take those of port 80, and at the second to take those of port 53.',
  apply(flows) {
    const filters: ((packet: Seen) => boolean)[] = [() => true, hasPort(80), hasPort(53)]
    let taken = 0
    return regrouped(packetsOf(flows).filter((packet) => filters[Math.min(taken, 2)](packet) && ++taken > 0), Infinity)
  },
}

function hasPort(port: number): (packet: Seen) => boolean {
  return ({ own }) => own.sp === port || own.dp === port
}

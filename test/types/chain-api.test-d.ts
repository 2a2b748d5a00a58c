/** What the chain API infers from one literal, and what it refuses. Checked by the compiler (`npm run check`); nothing here runs. */
import {
  address, type AnyChain, basic, bins, bool, bytes, COMPLETE, defineChain, type EndReasonName, f32, f64, type FlowRecord, i32, id, IGNORE, list, nullable, ns, observe, oneOf,
  type PacketSource, type Schema, scratch, type Sink, state, tcp, text, u16, u32, u64, u8,
} from '../../src/index.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
function same<A, B>(..._proof: Equal<A, B> extends true ? [] : ['the types differ']): void { /* the compiler looks */ }

const doc = { doc: '' }

export const volume = defineChain({
  name: 'volume', doc: 'Packets and octets',
  directional: { pkt: u64({ doc: 'Packets', unit: 'packets', ie: 'packetDeltaCount' }), oct: u64({ doc: 'Octets', unit: 'octets', ie: 'octetTotalCount' }) },
  ip(flow, ip) { flow.side.pkt += 1; flow.side.oct += ip.totalLength },
})

export const handshake = defineChain({
  name: 'handshake', doc: 'TCP flags and completion',
  fields: { tcp_done: bool(doc) },
  directional: { synflags: nullable(u16(doc)), finished: bool(doc), next: state(u32(doc)), rtt_min: nullable(f64({ doc: 'r', unit: 'seconds' })) },
  tcp(flow, header, rev, packet) {
    const side = flow.side
    if (header.syn) side.synflags ??= header.flags
    if (header.fin) side.finished = true
    side.next = packet.payloadLength
    if (!(side.rtt_min <= 0.1)) side.rtt_min = 0.1
    if (!rev && header.ack && flow.synflags_fwd !== null && flow.rev.synflags !== null) flow.tcp_done = true
    if (flow.finished_fwd && flow.finished_rev) return COMPLETE
  },
})

export const label = defineChain({
  name: 'label', doc: 'uses others', requires: [volume, handshake], fields: { sni: text({ doc: 'x' }) },
  newFlow(flow) { if (flow.key.destinationPort === 53) return IGNORE },
  end(flow) { if (flow.pkt_fwd > 3 && flow.tcp_done && flow.fwd.pkt > 1 && flow.side.finished && flow.rtt_min_rev < 1) flow.sni = 'x' },
})

const basicOnly: AnyChain = basic

export async function records(more: AnyChain[], fixed: readonly AnyChain[]): Promise<void> {
  for await (const flow of observe('a.pcap', { chains: [label, ...more] })) {
    same<typeof flow.pkt_fwd, number>()
    same<typeof flow.synflags_rev, number | null>()
    same<typeof flow.sni, string | null>()
    same<typeof flow.rtt_min_rev, number | null>()
    same<typeof flow.first, number>()
    same<typeof flow.end_reason, EndReasonName>()
    // @ts-expect-error internal state is no column
    void flow.next_fwd
    // @ts-expect-error no such field
    void flow.nope
    // @ts-expect-error a field of a side has no column of its own
    void flow.pkt
    // @ts-expect-error records are data
    flow.pkt_fwd = 1
  }
  // a chain written inside the list keeps its types
  for await (const flow of observe('a.pcap', { chains: [volume, defineChain({ name: 'z', doc: '', fields: { z: u8(doc) }, ip(view) { view.z = 1 } })] })) same<typeof flow, { readonly first: number; readonly last: number; readonly end_reason: EndReasonName; readonly z: number; readonly pkt_fwd: number; readonly pkt_rev: number; readonly oct_fwd: number; readonly oct_rev: number }>()
  // chains that are known at run time only
  for await (const flow of observe('a.pcap', { chains: more })) same<typeof flow.first, number>()
  for await (const flow of observe('a.pcap', { chains: fixed })) same<typeof flow.last, number>()
  for await (const flow of observe('a.pcap', { chains: [volume, more[0], basicOnly] })) same<typeof flow.first, number>()
  // without chains there are basic and tcp
  for await (const flow of observe('a.pcap')) {
    same<typeof flow.sip, string>()
    same<typeof flow.sp, number | null>()
    same<typeof flow.tcp_synflags_fwd, number | null>()
    same<typeof flow.tcp_connected, boolean>()
  }
  for await (const flow of observe('a.pcap', { chains: [id, ns] })) {
    same<typeof flow.flow_id, number>()
    same<typeof flow.source, string>()
    same<typeof flow.first_ns, bigint>()
  }
  same<FlowRecord<[typeof basic]>['oct_rev'], number>()
}

export function refused(chains: readonly AnyChain[]): void {
  // @ts-expect-error declared twice
  observe('a.pcap', { chains: [volume, volume] })
  // @ts-expect-error two chains with one field
  observe('a.pcap', { chains: [volume, id, defineChain({ name: 'other', doc: '', fields: { pkt_rev: u8(doc) } })] })
  // @ts-expect-error a field of a side, and one of the same name in the record
  observe('a.pcap', { chains: [defineChain({ name: 'one', doc: '', fields: { x_fwd: u8(doc) } }), defineChain({ name: 'two', doc: '', directional: { x: u8(doc) } })] })
  // @ts-expect-error no chain
  observe('a.pcap', { chains: [{ name: 'x', doc: '' }] })
  // @ts-expect-error no such option
  observe('a.pcap', { chains, idleTimeOut: 3 })
  // @ts-expect-error no source
  observe(5)
  // @ts-expect-error another chain's field is read-only
  defineChain({ name: 'bad', doc: '', requires: [volume], end(flow) { flow.pkt_fwd = 3 } })
  // @ts-expect-error also on a side
  defineChain({ name: 'bad', doc: '', requires: [volume], end(flow) { flow.fwd.pkt = 3 } })
  // @ts-expect-error and on the side of the packet
  defineChain({ name: 'bad', doc: '', requires: [volume], ip(flow) { flow.side.pkt += 1 } })
  // @ts-expect-error nor is there anything to add to another chain's list
  defineChain({ name: 'bad', doc: '', requires: [kinds], ip(flow) { flow.a_list.push(flow.a_list.at(0)) } })
  // @ts-expect-error or bins
  defineChain({ name: 'bad', doc: '', requires: [kinds], ip(flow) { flow.a_bins.add(flow.a_bins.at(0)) } })
  // @ts-expect-error a chain that is not required cannot be read
  defineChain({ name: 'bad', doc: '', end(flow) { void flow.pkt_fwd } })
  // @ts-expect-error a boolean is no verdict
  defineChain({ name: 'bad', doc: '', tcp() { return false } })
  // @ts-expect-error only newFlow may ignore
  defineChain({ name: 'bad', doc: '', ip() { return IGNORE } })
  // @ts-expect-error newFlow does not complete
  defineChain({ name: 'bad', doc: '', newFlow() { return COMPLETE } })
  // @ts-expect-error hooks do not wait
  defineChain({ name: 'bad', doc: '', async ip() { await Promise.resolve() } })
  // @ts-expect-error the record has 'first' already
  defineChain({ name: 'bad', doc: '', fields: { first: u8(doc) } })
  // @ts-expect-error the view has 'key' already
  defineChain({ name: 'bad', doc: '', fields: { key: u8(doc) } })
  // @ts-expect-error pkt_fwd twice in one chain
  defineChain({ name: 'bad', doc: '', fields: { pkt_fwd: u8(doc) }, directional: { pkt: u8(doc) } })
  // @ts-expect-error a UDP header has no flags
  defineChain({ name: 'bad', doc: '', udp(_flow, header) { void header.flags } })
  // @ts-expect-error the key is read-only
  defineChain({ name: 'bad', doc: '', ip(flow) { flow.key.protocol = 3 } })
  // @ts-expect-error first and last are the observer's
  defineChain({ name: 'bad', doc: '', ip(flow) { flow.first = 3 } })
  // @ts-expect-error a field says what it is
  u8({})
  // @ts-expect-error a list has a length
  list('u8', doc)
  // @ts-expect-error of such elements there is no list
  list('text', { doc: '', max: 1 })
  // @ts-expect-error one of no words
  oneOf([], doc)
}

/** What hooks see of every kind, and what the record holds. */
export const kinds = defineChain({
  name: 'kinds', doc: '',
  fields: {
    a_u8: u8(doc), a_i32: i32(doc), a_f32: f32(doc), a_f64: nullable(f64(doc)), a_bool: nullable(bool(doc)), a_address: address(doc), a_bytes: bytes(doc),
    a_list: list('u16', { doc: '', max: 4 }), a_bins: bins(4, doc), a_list_or_none: nullable(list('u8', { doc: '', max: 2 })), a_bins_or_none: nullable(bins(2, doc)), a_word: oneOf(['no', 'yes'], doc), a_word_or_none: nullable(oneOf(['a', 'b'], doc)), a_state: state(list('f64', { doc: '', max: 2 })),
    a_scratch: scratch<Map<string, number>>(),
  },
  ip(flow) {
    same<typeof flow.a_u8, number>()
    same<typeof flow.a_f64, number>()
    same<typeof flow.a_bool, boolean | null>()
    same<typeof flow.a_address, string | null>()
    same<typeof flow.a_bytes, Uint8Array | null>()
    same<typeof flow.a_word, 'no' | 'yes'>()
    same<typeof flow.a_word_or_none, 'a' | 'b' | null>()
    same<typeof flow.a_scratch, Map<string, number> | null>()
    flow.a_list.push(flow.a_list.at(0) + flow.a_list.length + flow.a_list.capacity)
    flow.a_bins.add(3)
    flow.a_bins.add(3, 7)
    flow.a_state.push(1)
    flow.a_list_or_none.push(1)
    flow.a_bins_or_none.add(1)
    // @ts-expect-error no such word
    flow.a_word = 'maybe'
    // @ts-expect-error what cannot be null
    flow.a_u8 = null
    // @ts-expect-error a number is no boolean
    flow.a_bool = 1
  },
})
type Kinds = FlowRecord<[typeof kinds]>
same<Kinds['a_list'], readonly number[]>()
same<Kinds['a_bins'], readonly number[]>()
same<Kinds['a_list_or_none'], readonly number[] | null>()
same<Kinds['a_bins_or_none'], readonly number[] | null>()
same<Kinds['a_f64'], number | null>()
same<Kinds['a_word'], 'no' | 'yes'>()
same<keyof Kinds & ('a_state' | 'a_scratch'), never>()

/** Sources and sinks are interfaces: any object will do. */
export function extended(source: PacketSource): Promise<void> {
  const sink: Sink = { open(schema) { same<typeof schema, Schema>() }, write(batch) { for (const column of batch.columns) if (column.kind === 'u64') same<typeof column.data.length, number>() }, close() { /* nothing */ } }
  const observer = observe(source, { chains: [tcp], signal: AbortSignal.timeout(1), onWarning: ({ code }) => same<typeof code, string>() })
  same<typeof observer.ledger.dropped, number | null>()
  return observer.writeTo(sink)
}

/** Types of the built-in chains' records. Checked by the compiler (`npm run check`); nothing here runs. */
import {
  community, defineChain, dns, dscp, ecn, evil, type FlowRecord, icmp, ip, mss, noop, observe, payload, size, splt, tcpopt, tcpstats, tfo, time, ttl, udp,
} from '../../src/index.ts'
import { recordsOf } from '../../src/testing/build.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
function same<A, B>(..._proof: Equal<A, B> extends true ? [] : ['the types differ']): void { /* the compiler looks */ }

same<FlowRecord<[typeof ecn]>['ecn_ce_syn_rev'], boolean>()
same<FlowRecord<[typeof dscp]>['dscp_mark_data_fwd'], number | null>()
same<FlowRecord<[typeof evil]>['evilbit_syn_fwd'], boolean | null>()
same<FlowRecord<[typeof mss]>['mss_value_rev'], number | null>()
same<FlowRecord<[typeof tcpopt]>['tcpopt_ws'], boolean | null>()
same<FlowRecord<[typeof tfo]>['tfo_ack'], number>()
same<FlowRecord<[typeof udp]>['udp_zero_checksum_fwd'], boolean | null>()
same<FlowRecord<[typeof dns]>['dns_response_valid'], boolean>()
same<FlowRecord<[typeof icmp]>['icmp_error_sender'], string | null>()
same<keyof FlowRecord<[typeof noop]>, 'first' | 'last' | 'end_reason'>()
same<FlowRecord<[typeof tcpstats]>['tcp_state'], 'OTH' | 'S0' | 'S1' | 'SF' | 'REJ' | 'S2' | 'S3' | 'RSTO' | 'RSTR' | 'RSTOS0' | 'RSTRH' | 'SH' | 'SHR' | null>()
// it brings tcp along
same<FlowRecord<[typeof tcpstats]>['tcp_connected'], boolean>()
same<FlowRecord<[typeof ip]>['ip_extensions_fwd'], readonly number[]>()
same<FlowRecord<[typeof ttl]>['ttl_changes_rev'], number>()
same<FlowRecord<[typeof payload]>['pay_oct_fwd'], number>()
same<FlowRecord<[typeof size]>['size_std_fwd'], number | null>()
same<FlowRecord<[typeof time]>['iat_hist_rev'], readonly number[]>()
// state is no column
same<keyof FlowRecord<[typeof time]> & `iat_${'count' | 'squares' | 'seconds'}_fwd`, never>()

/** A chain that is made with options keeps its types, in a list as by itself. */
export async function made(): Promise<void> {
  for await (const flow of observe('a.pcap', { chains: [splt({ n: 5 }), community({ seed: 1 })] })) {
    same<typeof flow.splt_time, readonly number[]>()
    same<typeof flow.community_id, string | null>()
  }
  // @ts-expect-error no such option
  splt({ m: 5 })
  // @ts-expect-error a number
  community({ seed: '1' })
  const [record] = await recordsOf([ttl, splt()], [new Uint8Array(0), { frame: new Uint8Array(0), time: 1 }], { idleTimeout: 1 })
  same<typeof record.ttl_min_fwd, number | null>()
  // @ts-expect-error of no chain that was named
  void record.pkt_fwd
}

/** What hooks see of a header's options. */
defineChain({
  name: 'options', doc: '',
  tcp(_flow, tcp) {
    same<typeof tcp.options.windowScale, number>()
    same<typeof tcp.options.isMalformed, boolean>()
    same<ReturnType<typeof tcp.options.has>, boolean>()
  },
})

import type { Format } from './format.ts'

/** A name before the colon of a URI, as libtrace has them. */
export interface Scheme {
  readonly name: string
  /** `file`: a path follows, or `-`. `live`: an interface follows. `none`: weir does not read it. */
  readonly kind: 'file' | 'live' | 'none'
  readonly doc: string
  /** What to use in its place, where weir does not read it. */
  readonly instead?: string
  /** The format of captures that nothing tells. Other formats are told by their first octets, whatever the scheme. */
  readonly format?: Format
  /** Compressed captures are not looked into. */
  readonly isRaw?: boolean
}

const file = (name: string, doc: string, more: Pick<Scheme, 'format' | 'isRaw'> = {}): Scheme => ({ name, kind: 'file', doc, ...more })
const live = (name: string, doc: string): Scheme => ({ name, kind: 'live', doc })
const none = (name: string, doc: string, instead: string): Scheme => ({ name, kind: 'none', doc, instead })

const INTERFACE = 'use tcpdump on an interface of the system: tcpdump -U -w - -i INTERFACE | weir observe -'
const CONVERT = 'convert it with libtrace 4: traceconvert URI pcapfile:trace.pcap'
const CARD = 'let the tools of the card write pcap or ERF, and read that'
const FETCH = 'fetch it, and read it from standard input: curl -s URL | weir observe -'

export const SCHEMES: readonly Scheme[] = [
  file('file', 'a capture of any format'),
  file('pcapfile', 'a pcap capture'),
  file('pcap', 'a pcap capture'),
  file('pcapng', 'a pcapng capture'),
  file('erf', "a capture in Endace's format", { format: 'erf' }),
  file('rawerf', 'the same, not compressed', { format: 'erf', isRaw: true }),
  file('snoop', 'a capture of Solaris snoop'),
  file('tsh', "NLANR's time sequenced headers", { format: 'tsh' }),
  live('int', 'an interface of the system'),
  live('pcapint', 'an interface of the system, through libpcap'),
  live('ring', 'an interface of Linux, through a mapped ring'),
  none('dag', 'an Endace DAG card', CARD),
  none('dpdk', 'an interface that DPDK has taken', 'let a DPDK application write pcap (dpdk-dumpcap), and read that'),
  none('dpdkvdev', 'a virtual interface of DPDK', 'let a DPDK application write pcap (dpdk-dumpcap), and read that'),
  none('pfring', 'an interface, through PF_RING', INTERFACE),
  none('pfringold', 'an interface, through PF_RING', INTERFACE),
  none('xdp', 'an interface, through AF_XDP', INTERFACE),
  none('bpf', 'an interface of BSD', INTERFACE),
  none('ndag', 'packets of a DAG card over multicast', 'receive them with libtrace 4: traceconvert URI pcapfile:trace.pcap'),
  none('ndagtcp', 'packets of a DAG card over TCP', 'receive them with libtrace 4: traceconvert URI pcapfile:trace.pcap'),
  none('dpdkndag', 'packets of a DAG card over multicast, through DPDK', 'receive them with libtrace 4: traceconvert URI pcapfile:trace.pcap'),
  none('rt', "libtrace's protocol for remote capture", 'capture there, and send it here: ssh HOST tcpdump -U -w - -i INTERFACE | weir observe -'),
  none('tzsplive', 'packets that a MikroTik router mirrors', 'receive them with tcpdump or tzsp2pcap: tzsp2pcap -f | weir observe -'),
  none('etsilive', 'packets of lawful interception', CONVERT),
  none('etsifile', 'records of lawful interception', CONVERT),
  none('wtf', 'WDCAP captures, which libtrace reads no more', 'convert them with libtrace 3: traceconvert URI pcapfile:trace.pcap'),
  none('duck', 'states of the clock of a DAG card: there are no packets in them', 'read the capture that they belong to'),
  none('legacyatm', 'records of early DAG cards', CONVERT),
  none('legacyeth', 'records of early DAG cards', CONVERT),
  none('legacypos', 'records of early DAG cards', CONVERT),
  none('legacynzix', 'records of early DAG cards', CONVERT),
  none('atmhdr', 'headers of ATM cells', CONVERT),
  none('http', 'a capture on a web server', FETCH),
  none('https', 'a capture on a web server', FETCH),
  none('ftp', 'a capture on a file server', FETCH),
]

const BY_NAME = new Map(SCHEMES.map(scheme => [scheme.name, scheme]))

/** @param name in lower case */
export function schemeOf(name: string): Scheme | undefined {
  return BY_NAME.get(name)
}

/** Whether packets can be captured here. */
export interface LiveCapture {
  /** What captures for `int:`; null where nothing can. */
  readonly by: 'libpcap' | 'tcpdump' | null
  /** What is missing, for all that weir can do live; each in words that say what to do. */
  readonly missing: readonly string[]
}

/** @source Linux capability.h */
const CAP_NET_RAW = 13

/** Find out; what that needs is loaded only here. */
export async function liveCapture(): Promise<LiveCapture> {
  const [{ loadKoffi, loadLibpcap }, { findTool }, { readFile }] = await Promise.all([import('../libpcap.ts'), import('../tool-reader.ts'), import('node:fs/promises')])
  const missing: string[] = []
  const koffi = await loadKoffi()
  const libpcap = await loadLibpcap()
  const tcpdump = libpcap === null ? await findTool('tcpdump') : null
  if (koffi === null) missing.push('the npm package koffi: npm install koffi')
  // without koffi nobody can tell
  else if (libpcap === null) missing.push('libpcap: apt install libpcap0.8, dnf install libpcap, apk add libpcap')
  if (libpcap === null && tcpdump === null) missing.push('tcpdump, which would do in their place')
  if (!mayCapture(await readFile('/proc/self/status', 'latin1').catch(() => ''))) missing.push(`the capability CAP_NET_RAW: run weir as root, or: sudo setcap cap_net_raw+ep ${tcpdump ?? process.execPath}`)
  return { by: libpcap !== null ? 'libpcap' : tcpdump !== null ? 'tcpdump' : null, missing }
}

/** Only Linux tells before it is tried. */
function mayCapture(status: string): boolean {
  const [, effective] = /^CapEff:\s*([0-9a-f]+)$/m.exec(status) ?? []
  return effective === undefined || (BigInt(`0x${effective}`) >> BigInt(CAP_NET_RAW) & 1n) === 1n
}

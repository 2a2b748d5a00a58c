type Koffi = typeof import('koffi').default

/** The foreign function interface, and libpcap loaded through it. Each module declares the functions it calls. */
export interface Libpcap {
  readonly koffi: Koffi
  readonly library: ReturnType<Koffi['load']>
}

/** Debian's name first, then those of other systems. */
const NAMES = ['libpcap.so.0.8', 'libpcap.so.1', 'libpcap.so', 'libpcap.A.dylib', 'libpcap.dylib', 'wpcap.dll']

/** koffi is an optional package: @returns null where it is not installed. */
export async function loadKoffi(): Promise<Koffi | null> {
  try {
    return (await import('koffi')).default
  } catch {
    return null
  }
}

/** @returns null where koffi or libpcap is not installed */
export async function loadLibpcap(): Promise<Libpcap | null> {
  const koffi = await loadKoffi()
  if (koffi === null) return null
  for (const name of NAMES) {
    try {
      return { koffi, library: koffi.load(name) }
    } catch {
      // the next name
    }
  }
  return null
}

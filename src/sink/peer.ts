import { SinkError } from '../errors.ts'

/** Packages that some sinks need, and that are not installed with weir; what to install. */
const PEERS = { 'apache-arrow': 'apache-arrow@21.2.0', '@duckdb/node-api': '@duckdb/node-api@1.5.6-r.1' } as const

/**
 * Load a package that is not installed with weir.
 * @throws SinkError that says what to install
 */
export async function loadPeer<T>(name: keyof typeof PEERS, what: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const isMissing = code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${name}'`)
    throw new SinkError('WEIR_SINK_PACKAGE', `${what} is written with the package ${name}, which ${isMissing ? 'is not installed' : `cannot be loaded (${message.split('\n')[0]})`}: npm install ${PEERS[name]}`, { cause: error })
  }
}

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { observe } from '../../../src/index.ts'
import { captureHeader } from '../../../src/source/filter/compiler.ts'
import { libpcapCompiler } from '../../../src/source/filter/libpcap-compiler.ts'
import { compileByTcpdump } from '../../../src/source/filter/tcpdump-compiler.ts'
import { PATIENCE } from '../../cli/run.ts'
import { captures, CORPORA, hasCorpora } from '../../truth/corpora.ts'

const present = spawnSync('tcpdump', ['--version']).status === 0
const libpcap = await libpcapCompiler()

const EXPRESSIONS = ['udp port 53', 'not ip', 'vlan and ip', 'tcp[tcpflags] & (tcp-syn|tcp-fin) != 0', 'len > 100 and not port 80', 'ip broadcast']

describe.skipIf(!present)(`tcpdump${present ? '' : ' (skipped: it is not installed)'}`, { timeout: 4 * PATIENCE }, () => {
  afterEach(() => { vi.unstubAllEnvs() })

  it.skipIf(libpcap === null)('compiles what libpcap compiles, for every link type and order of octets', () => {
    for (const expression of ['', 'udp port 53', 'vlan and ip', 'ip broadcast', 'ip6 protochain 6', 'inbound', 'type data', 'udp prt 53', '-x']) {
      for (const linkType of [1, 0, 14, 113, 127, 60_000]) {
        for (const littleEndian of [true, false]) {
          const header = captureHeader(linkType, littleEndian)
          expect(compileByTcpdump(expression, header), `${expression}, link type ${linkType}`).toEqual(libpcap!(expression, header))
        }
      }
    }
  })

  it.skipIf(process.getuid?.() !== 0)('needs no permission', () => {
    const { status, stdout } = spawnSync('tcpdump', ['-r', '-', '-ddd', '--', 'udp port 53'], { input: captureHeader(1, true), uid: 65_534, gid: 65_534, encoding: 'utf8' })
    expect(status).toBe(0)
    expect(stdout).toMatch(/^\d+\n40 0 0 12\n/)
  })

  it.skipIf(existsSync('/usr/sbin/tcpdump') || existsSync('/sbin/tcpdump'))('that is not there: the error says what to install', () => {
    vi.stubEnv('PATH', '/nowhere')
    expect(() => compileByTcpdump('udp', captureHeader(1, true))).toThrow('there is nothing that compiles a filter: install libpcap and the npm package koffi, or tcpdump')
  })

  const files = ['test/captures/web.pcap', 'test/captures/vlan.pcapng', ...(hasCorpora(CORPORA) ? captures(CORPORA).filter(({ format }) => /^pcap(ng|-\w+)*$/.test(format)).map(({ path }) => join(CORPORA, path)) : [])]

  it.each(files)('lets the same packets pass: %s', async (path) => {
    for (const expression of ['', ...EXPRESSIONS]) {
      const { status, stdout, stderr } = spawnSync('tcpdump', ['-r', path, '--count', '--', expression], { encoding: 'utf8' })
      const refusal = /^tcpdump: (.*)$/m.exec(stderr)?.[1]
      // tcpdump does not read on where a second interface has another link type, weir does
      if (refusal?.includes('different from the type of the first interface') === true) continue
      const { packets, error } = await observed(path, expression)
      if (status === 0) expect({ expression, packets }).toEqual({ expression, packets: Number(/^(\d+) packets?$/m.exec(stdout)![1]) })
      else expect(error).toMatch(new RegExp(`is refused by libpcap, for link type \\d+: ${refusal}$`))
    }
  })
})

async function observed(path: string, filter: string): Promise<{ packets: number; error: string | undefined }> {
  const observer = observe(path, { chains: [], maxFlows: 10_000, filter })
  let error: string | undefined
  try {
    for await (const _ of observer) { /* the ledger is enough */ }
  } catch (thrown) {
    error = (thrown as Error).message
  }
  return { packets: observer.ledger.packets, error: error ?? observer.fault?.message }
}

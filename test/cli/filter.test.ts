import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { compileByTcpdump } from '../../src/source/filter/tcpdump-compiler.ts'
import { captureHeader } from '../../src/source/filter/compiler.ts'
import { libpcapCompiler } from '../../src/source/filter/libpcap-compiler.ts'
import { ethernet, ipv4, udp } from '../../src/testing/build.ts'
import { Section } from '../source/build-pcapng.ts'
import { concat } from '../source/octets.ts'
import { PATIENCE, recordsOf, shell, WEB, weir } from './run.ts'

/** Is there anything here that compiles? */
async function compiles(): Promise<boolean> {
  if ((await libpcapCompiler()) !== null) return true
  try {
    return typeof compileByTcpdump('udp', captureHeader(1, true)) !== 'string'
  } catch {
    return false
  }
}

const present = await compiles()
/** As where the optional package is not installed. */
const module = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`
const hooks = module('export function resolve(name, context, next) { if (name === "koffi") throw new Error("not installed"); return next(name, context) }')
const WITHOUT_KOFFI = { NODE_OPTIONS: `--import=${module(`import { register } from "node:module"; register("${hooks}")`)}` }
const hasTcpdump = spawnSync('tcpdump', ['--version']).status === 0

let directory: string
beforeAll(() => { directory = mkdtempSync(join(tmpdir(), 'weir-filter-')) })
afterAll(() => rmSync(directory, { recursive: true }))

describe.skipIf(!present)(`weir observe --filter${present ? '' : ' (skipped: neither libpcap with koffi nor tcpdump is installed)'}`, { timeout: PATIENCE }, () => {
  it('observes the packets that match, and says how many did not', () => {
    const summary = join(directory, 'ledger.json')
    const { status, out, err } = weir(['observe', '--filter', 'udp', '--summary', summary, WEB])
    expect([status, err]).toEqual([0, ''])
    expect(new Set(recordsOf(out).map(({ proto }) => proto))).toEqual(new Set([17]))
    const { packets, in_flows, filtered } = JSON.parse(readFileSync(summary, 'utf8'))
    const all = weir(['observe', '-o', join(directory, 'all.ndjson'), '--summary', '-', WEB])
    expect(packets).toBe(in_flows)
    expect(packets + filtered).toBe(JSON.parse(all.out).packets)
  })

  it('reads standard input, compressed', () => {
    const { status, out } = shell('gzip -c "$WEB" | node "$WEIR" observe --filter "tcp port 8080" -c basic -')
    expect(status).toBe(0)
    expect(recordsOf(out).every(({ sp, dp }) => sp === 8080 || dp === 8080)).toBe(true)
    expect(recordsOf(out).length).toBeGreaterThan(0)
  })

  it.each(['udp prt 53', 'type data'])('that cannot be tested stops the run before anything is written: %s', (filter) => {
    const output = join(directory, 'none.ndjson')
    const { status, out, err } = weir(['observe', '--filter', filter, '-o', output, WEB])
    expect([status, out]).toEqual([2, ''])
    expect(err).toMatch(new RegExp(`^weir: filter '${filter}' is refused by libpcap, for link type 1: .+\n$`))
    expect(existsSync(output)).toBe(false)
  })

  it('that is not for a link type in the middle: all before it is written, and the status is 2', () => {
    const section = new Section()
    const frame = ethernet({ vlans: [7] }, ipv4({ source: '192.0.2.1', destination: '192.0.2.2' }, udp({ sourcePort: 1, destinationPort: 2 })))
    const file = join(directory, 'mixed.pcapng')
    writeFileSync(file, concat(section.header(), section.interface(), section.interface({ linkType: 101 }), section.packet(frame), section.packet(frame.slice(18), { id: 1 }), section.packet(frame)))
    const { status, out, err } = weir(['observe', '--filter', 'vlan 7', '-c', 'basic', file])
    expect(status).toBe(2)
    expect(recordsOf(out)).toMatchObject([{ pkt_fwd: 1 }])
    expect(err).toBe("weir: filter 'vlan 7' is refused by libpcap, for link type 101: no VLAN support for Raw IP\n")
  })
})

describe('weir observe --filter without koffi', { timeout: PATIENCE }, () => {
  it.skipIf(!hasTcpdump)(`is compiled by tcpdump${hasTcpdump ? '' : ' (skipped: it is not installed)'}`, () => {
    const { status, out, err } = weir(['observe', '--filter', 'udp', WEB], { env: WITHOUT_KOFFI })
    expect([status, err]).toEqual([0, ''])
    expect(recordsOf(out).length).toBeGreaterThan(0)
    expect(recordsOf(out).every(({ proto }) => proto === 17)).toBe(true)
    expect(weir(['observe', '--filter', 'udp prt 53', WEB], { env: WITHOUT_KOFFI })).toMatchObject({ status: 2, out: '', err: expect.stringContaining("can't parse filter expression: syntax error\n") })
  })

  // weir looks there as well, wherever the path goes
  const isElsewhere = existsSync('/usr/sbin/tcpdump') || existsSync('/sbin/tcpdump')
  it.skipIf(isElsewhere)(`and without tcpdump, says what to install${isElsewhere ? ' (skipped: tcpdump is where weir finds it always)' : ''}`, () => {
    expect(weir(['observe', '--filter', 'udp', WEB], { env: { ...WITHOUT_KOFFI, PATH: '/nowhere' } })).toEqual({
      status: 3, out: '', err: 'weir: there is nothing that compiles a filter: install libpcap and the npm package koffi, or tcpdump\n',
    })
  })
})

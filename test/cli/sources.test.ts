import { spawnSync } from 'node:child_process'
import { networkInterfaces } from 'node:os'
import { describe, expect, it } from 'vitest'

import { interfaceNames, SCHEMES } from '../../src/index.ts'
import { PATIENCE, WEB, weir } from './run.ts'

describe('weir sources', { timeout: PATIENCE }, () => {
  it('lists every scheme, what decompresses, and the interfaces', () => {
    const { status, out, err } = weir(['sources'])
    expect({ status, err }).toEqual({ status: 0, err: '' })
    for (const { name } of SCHEMES) expect(out).toMatch(new RegExp(`^  ${name}: +\\S`, 'm'))
    for (const name of ['gzip', 'zstd', 'xz', 'bzip2', 'lz4']) expect(out).toMatch(new RegExp(`^  ${name} +by `, 'm'))
    for (const name of Object.keys(networkInterfaces())) expect(out).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
  })

  it('says what there is without programs', () => {
    expect(weir(['sources'], { env: { PATH: '' } }).out).toMatch(/^ {2}zstd +by what weir brings/m)
    const { schemes, compressions, interfaces } = JSON.parse(weir(['sources', '--json'], { env: { PATH: '' } }).out)
    expect(schemes).toHaveLength(SCHEMES.length)
    expect(compressions).toEqual([{ name: 'gzip', by: 'zlib' }, ...['zstd', 'xz', 'bzip2', 'lz4'].map((name) => ({ name, by: null }))])
    expect(interfaces.map(({ name }: { name: string }) => name)).toEqual(interfaceNames())
  })

  it('says what captures live, and what is missing', () => {
    const { live } = JSON.parse(weir(['sources', '--json']).out)
    expect(live).toEqual({ by: expect.toBeOneOf(['libpcap', 'tcpdump', null]), missing: expect.any(Array) })
    const may = process.platform !== 'linux' || process.getuid?.() === 0
    expect(live.missing.some((what: string) => what.includes('CAP_NET_RAW'))).toBe(!may)
  })

  for (const how of ['zstd', 'xz', 'bzip2', 'lz4']) {
    const { stdout, error } = spawnSync(how, ['-c', WEB], { maxBuffer: 1 << 24 })
    it.skipIf(error !== undefined)(`what is compressed with ${how} is read without programs, too${error === undefined ? '' : ` (skipped: there is no program ${how} to compress with)`}`, () => {
      const { status, out, err } = weir(['observe', '-'], { input: stdout, env: { PATH: '' } })
      expect({ status, err }).toEqual({ status: 0, err: '' })
      expect(out).toBe(weir(['observe', WEB]).out)
    })
  }

  it('an unknown option is told where to look', () => {
    expect(weir(['sources', '--nosuch']).err).toMatch(/weir sources --help/)
  })
})

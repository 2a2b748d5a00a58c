import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { cryptoPan, observe } from '../../src/index.ts'
import { decode } from '../sink/ipfix-reader.ts'
import { PATIENCE, recordsOf, shell, WEB, weir } from './run.ts'

const KEY = Buffer.from('32-char-str-for-AES-key-and-pad.')

describe('weir observe --anonymize', { timeout: PATIENCE }, () => {
  let directory: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'weir-'))
    writeFileSync(join(directory, 'key'), KEY)
    writeFileSync(join(directory, 'key.hex'), `${KEY.toString('hex')}\n`)
    for (const octets of [0, 31, 64, 1000]) writeFileSync(join(directory, `key${octets}`), 'z'.repeat(octets))
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  const at = (name: string): string => join(directory, name)

  it('gives all outputs the same addresses, which are those of the library', async () => {
    expect(weir(['observe', WEB, '--anonymize', at('key'), '-o', at('a.ndjson'), '-o', at('a.csv'), '-o', at('a.ipfix'), '--select', 'sip,dip'])).toEqual({ status: 0, out: '', err: '' })
    const expected: string[] = []
    for await (const { sip, dip } of observe(WEB, { anonymize: cryptoPan(KEY) })) expected.push(`${sip},${dip}`)
    expect(recordsOf(readFileSync(at('a.ndjson'), 'utf8')).map(({ sip, dip }) => `${sip},${dip}`)).toEqual(expected)
    expect(readFileSync(at('a.csv'), 'utf8').trim().split('\n').slice(1)).toEqual(expected)
    const four = (octets: Buffer): string => octets.join('.')
    const ends = decode(readFileSync(at('a.ipfix'))).records.filter((fields) => fields[0].number === 8).map((fields) => fields.map(({ octets }) => four(octets)).join())
    expect(ends).toEqual(expected.filter((text) => text.includes('.')))
    expect(ends.length).toBeGreaterThan(4)
  })

  it('reads the key as hexadecimal digits, and from a pipe', () => {
    const { out } = weir(['observe', WEB, '--anonymize', at('key')])
    expect(weir(['observe', WEB, '--anonymize', at('key.hex')]).out).toBe(out)
    expect(shell('"$WEIR" observe "$WEB" --anonymize <(head -c 9 "$KEY"; sleep 0.2; tail -c +10 "$KEY")', { KEY: at('key') })).toMatchObject({ status: 0, out })
    expect(weir(['observe', WEB]).out).not.toBe(out)
  })

  it.each([
    ['key0', 'has 0 octets'], ['key31', 'has 31 octets'], ['key64', 'has 64 octets'], ['key1000', 'has 100 octets or more'], ['/dev/urandom', 'has 100 octets or more'],
  ])('refuses %s, which is no key', (name, size) => {
    const path = name.startsWith('/') ? name : at(name)
    expect(weir(['observe', WEB, '--anonymize', path])).toEqual({
      status: 2, out: '', err: `weir: --anonymize: ${path} ${size}, and a key has 32, or 64 hexadecimal digits: 'head -c 32 /dev/urandom > ${path}' makes one\n`,
    })
  })

  it('refuses a file that is not there, a directory, a key that would be written over, and Community ID', () => {
    expect(weir(['observe', WEB, '--anonymize', at('none')])).toMatchObject({ status: 2, out: '', err: expect.stringMatching(/^weir: --anonymize cannot read .*none: ENOENT.*: name a file that holds the key\n$/) })
    expect(weir(['observe', WEB, '--anonymize', directory])).toMatchObject({ status: 2, out: '', err: expect.stringMatching(/EISDIR/) })
    expect(weir(['observe', WEB, '--anonymize', at('key'), '-o', at('key')])).toEqual({ status: 2, out: '', err: `weir: ${at('key')} is the key to anonymize with: it cannot be written to\n` })
    expect(readFileSync(at('key'))).toEqual(KEY)
    expect(weir(['observe', WEB, '--anonymize', at('key'), '-c', 'basic,community'])).toMatchObject({ status: 2, out: '', err: expect.stringMatching(/^weir: community_id of chain 'community' is made from the true addresses/) })
  })
})

import { describe, expect, it } from 'vitest'

import { builtinChains } from '../../src/index.ts'
import { PATIENCE, shell, weir } from './run.ts'

describe('weir chains', { timeout: PATIENCE }, () => {
  it('lists every chain and every field, in columns, without colours', () => {
    const { status, out, err } = weir(['chains'])
    expect({ status, err }).toEqual({ status: 0, err: '' })
    for (const { name, doc, columns } of builtinChains.values()) {
      expect(out).toContain(`\n${name}: ${doc}`)
      for (const column of columns) expect(out).toMatch(new RegExp(`^  ${column.name} +(${column.kind}|[uf]\\d+\\[)`, 'm'))
    }
    expect(out).toMatch(/^every record: /)
    expect(out).not.toContain('\u001b')
    // the kinds stand in one column
    expect(new Set(out.split('\n').filter((line) => line.startsWith('  ')).map((line) => /^ {2}\w+ +/.exec(line)![0].length)).size).toBe(1)
  })

  it('shows those that are named', () => {
    const { out } = weir(['chains', 'tcp'])
    expect(out).toContain('tcp_connected')
    expect(out).not.toContain('pkt_fwd')
  })

  it('shows the options of a chain, and the columns that they make', () => {
    expect(weir(['chains', 'splt']).out).toContain('(splt:n=20: how many packets of a flow are kept, 1 to 1000.)')
    expect(weir(['chains', 'splt:n=7']).out).toContain('u16[<=7]')
    expect(JSON.parse(weir(['chains', '--json', 'splt', 'basic']).out).map(({ options }: { options: object }) => options)).toEqual([{ n: { doc: expect.any(String), default: 20, min: 1, max: 1000 } }, {}])
  })

  it('is JSON on request', () => {
    const chains = JSON.parse(weir(['chains', '--json']).out)
    expect(chains.map(({ name }: { name: string }) => name)).toEqual([...builtinChains.keys()])
    expect(chains[0].columns.find(({ name }: { name: string }) => name === 'pkt_rev')).toEqual({ name: 'pkt_rev', kind: 'u64', nullable: false, side: 'rev', doc: expect.any(String), unit: 'packets', ie: 'packetDeltaCount' })
    expect(JSON.parse(weir(['chains', 'tcp', 'id', '--json']).out)).toHaveLength(2)
  })

  it('knows no other', () => {
    expect(weir(['chains', 'tpc'])).toMatchObject({ status: 2, out: '', err: expect.stringMatching(/^weir: there is no chain 'tpc': did you mean tcp\? there are basic, tcp, .*\n$/) })
  })

  it('ends quietly when its reader has seen enough', () => {
    expect(shell('"$WEIR" chains | head -n 1; echo "${PIPESTATUS[0]}"')).toEqual({ status: 0, err: '', out: expect.stringMatching(/^every record: .*\n0\n$/) })
  })
})

import { describe, expect, it } from 'vitest'

import { table } from '../../src/sink/table.ts'
import { batchOf, type Given } from './batch.ts'
import { writtenBy } from './memory.ts'

const GIVEN: Given[] = [
  { name: 'sip', kind: 'address', values: ['192.0.2.1', '2001:db8:ffff:ffff:ffff:ffff:ffff:fff1', null] },
  { name: 'pkt', kind: 'u64', values: [3, 2 ** 53 - 1, 0] },
  { name: 'name', kind: 'text', values: ['a', null, ''] },
  { name: 'end_reason', kind: 'oneOf', labels: ['', 'idle'], values: ['idle', 'idle', 'idle'] },
]

describe('a table', () => {
  it('is aligned, numbers to the right', async () => {
    expect((await writtenBy(table, batchOf(GIVEN))).text).toBe(`\
sip                                                  pkt  name  end_reason
192.0.2.1                                              3  a     idle
2001:db8:ffff:ffff:ffff:ffff:ffff:fff1  9007199254740991  -     idle
-                                                      0  ""    idle
`)
  })

  it('shows as many columns as fit, and says which do not', async () => {
    expect((await writtenBy((target) => table(target, { width: 60 }), batchOf(GIVEN))).text).toBe(`\
sip                                                  pkt
192.0.2.1                                              3
2001:db8:ffff:ffff:ffff:ffff:ffff:fff1  9007199254740991
-                                                      0

2 more fields in records than fit here: name, end_reason
--select FIELDS shows those you name, --format ndjson or -o FILE all.
`)
  })

  it('shows one column, whatever the width', async () => {
    expect((await writtenBy((target) => table(target, { width: 5 }), batchOf(GIVEN.slice(0, 1)))).text.split('\n')[2]).toBe('2001:db8:ffff:ffff:ffff:ffff:ffff:fff1')
  })

  it('begins anew where a later record is wider', async () => {
    const batches = [[1], [22], [333], [4]].map((values, k) => batchOf([{ name: 'n', kind: 'u16' as const, values }, { name: 'x', kind: 'bool' as const, values: [true] }], { id: k }))
    expect((await writtenBy(table, ...batches)).text).toBe('n  x\n1  true\n\n n  x\n22  true\n\n  n  x\n333  true\n  4  true\n')
  })

  it('has names where there are no records', async () => {
    expect((await writtenBy(table, batchOf([{ name: 'x', kind: 'u8', values: [] }]))).text).toBe('x\n')
  })

  it('lets no control character through', async () => {
    expect((await writtenBy(table, batchOf([{ name: 'x', kind: 'text', values: ['\u001b[2J', 'a b', '-', 'über'] }]))).text).toBe('x\n"\\u001b[2J"\n"a b"\n"-"\nüber\n')
  })
})

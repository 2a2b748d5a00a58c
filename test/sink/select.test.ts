import { describe, expect, it } from 'vitest'

import { OptionError, SinkError } from '../../src/errors.ts'
import { csv } from '../../src/sink/csv.ts'
import { ndjson } from '../../src/sink/ndjson.ts'
import { select } from '../../src/sink/select.ts'
import { tee } from '../../src/sink/tee.ts'
import { batchOf } from './batch.ts'
import { MemoryTarget, writtenBy } from './memory.ts'

const batch = batchOf([
  { name: 'sip', kind: 'address', values: ['192.0.2.1', '::1'] },
  { name: 'pkt_fwd', kind: 'u64', values: [1, 2] },
  { name: 'end_reason', kind: 'oneOf', labels: ['', 'idle'], values: ['idle', 'idle'] },
])

describe('selected fields', () => {
  it('come in the order in which they are named', async () => {
    expect((await writtenBy((target) => select(csv(target), ['pkt_fwd', 'sip']), batch, { ...batch, length: 1 })).text).toBe('pkt_fwd,sip\n1,192.0.2.1\n2,::1\n1,192.0.2.1\n')
  })

  it.each([
    ['pkt_fwt', "records have no field 'pkt_fwt': did you mean 'pkt_fwd'?"],
    ['rtt', "records have no field 'rtt': choose from sip, pkt_fwd, end_reason, or name the chain that has it"],
    ['sip', "'sip' is selected twice: once is enough"],
  ])('do not include %s', async (field, message) => {
    await expect(async () => select(csv(new MemoryTarget()), ['sip', field]).open({ columns: batch.columns })).rejects.toThrow(new OptionError('WEIR_OPTION_SELECT', message))
  })
})

describe('several sinks', () => {
  it('get the same records, each at its pace', async () => {
    const slow = new MemoryTarget(5), fast = new MemoryTarget()
    await writtenBy(() => tee([csv(slow), ndjson(fast), select(ndjson(fast), [])]), batch, batch, batch)
    expect(slow.text.split('\n')).toHaveLength(8)
    expect(fast.text.split('\n')).toHaveLength(13)
    expect([slow.closed, fast.closed]).toEqual([1, 2])
  })

  it('are all closed where one fails, and those that were not opened are not', async () => {
    const kept = new MemoryTarget(), calls: string[] = []
    const broken = tee([csv(kept), { open: () => { throw new SinkError('WEIR_SINK_OPEN', 'no') }, write: () => {}, close: () => void calls.push('broken') }, { open: () => {}, write: () => {}, close: () => void calls.push('third') }])
    await expect(broken.open({ columns: batch.columns })).rejects.toThrow('no')
    await broken.close()
    expect(calls).toEqual(['broken'])
    expect(kept.closed).toBe(1)
  })

  it('go on without the one whose reader has seen enough, until all have', async () => {
    const readers = [1, 2].map((enough) => {
      let writes = 0
      return { closed: 0, open: () => {}, write: () => { if (++writes > enough) throw new SinkError('WEIR_SINK_CLOSED', `${enough} seen`) }, close() { this.closed++ } }
    })
    const sink = tee(readers)
    await sink.open({ columns: batch.columns })
    await sink.write(batch)
    await sink.write(batch)
    expect(readers.map(({ closed }) => closed)).toEqual([1, 0])
    await expect(sink.write(batch)).rejects.toThrow('2 seen')
    await sink.close()
    expect(readers.map(({ closed }) => closed)).toEqual([1, 1])
  })

  it('fail as the one that failed, when the others have written', async () => {
    const kept = new MemoryTarget(3)
    const sink = tee([{ open: () => {}, write: () => { throw new SinkError('WEIR_SINK_WRITE', 'full') }, close: () => {} }, csv(kept)])
    await sink.open({ columns: batch.columns })
    await expect(sink.write(batch)).rejects.toThrow('full')
    await sink.close()
    expect(kept.text.split('\n')).toHaveLength(4)
  })
})

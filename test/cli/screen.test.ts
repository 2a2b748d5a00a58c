import { describe, expect, it } from 'vitest'

import { clock, grouped, rounded, share } from '../../src/cli/figures.ts'
import { isReaderGone, messageOf, statusOf } from '../../src/cli/exit.ts'
import { progressLine } from '../../src/cli/progress.ts'
import { summary } from '../../src/cli/summary.ts'
import { CaptureError, ChainError, HookError, Ledger, OptionError, SinkError, SourceError } from '../../src/index.ts'

describe('figures', () => {
  it.each([[0, '0'], [999, '999'], [1000, '1,000'], [1234567, '1,234,567']])('%d grouped is %s', (value, text) => expect(grouped(value)).toBe(text))
  it.each([[0, '0'], [950.4, '950'], [1000, '1.00 k'], [9994, '9.99 k'], [9996, '10.0 k'], [99_960, '100 k'], [999_499, '999 k'], [999_500, '1.00 M'], [2_149_000, '2.15 M'], [3e9, '3.00 G']])('%d rounded is %s', (value, text) => expect(rounded(value)).toBe(text))
  it.each([[0, '0:00'], [7.4, '0:07'], [754, '12:34'], [3723, '1:02:03']])('%d s are %s', (value, text) => expect(clock(value)).toBe(text))
  it.each([[0, 1, '0 %'], [1, 1, '100 %'], [999_999, 1_000_000, '99 %'], [42, 100, '42 %'], [1, 18, '5.6 %'], [4, 10_000, '0.04 %']])('%d of %d is %s', (part, whole, text) => expect(share(part, whole)).toBe(text))
})

describe('the progress line', () => {
  it('has the share, the rate, the flows and the time left of a file', () => {
    expect(progressLine({ active: 12_345, progress: { position: 250, size: 1000 }, ledger: { packets: 1_000_000 } }, 2_150_000, 20))
      .toBe(' 25 %   1,000,000 packets   2.15 M packets/s   12,345 flows active   1:00 left')
  })

  it('of a pipe knows no share', () => {
    expect(progressLine({ active: 1, progress: { position: 250, size: null }, ledger: { packets: 10 } }, 5, 2)).toBe('10 packets   5 packets/s   1 flows active')
  })

  it('never has more than all', () => {
    expect(progressLine({ active: 0, progress: { position: 1001, size: 1000 }, ledger: { packets: 1 } }, 1, 1)).toMatch(/^100 %.* 0:00 left$/)
  })

  it('of an empty file, and of one that has not begun, has no time left', () => {
    expect(progressLine({ active: 0, progress: { position: 0, size: 0 }, ledger: { packets: 0 } }, 0, 1)).not.toMatch(/left|NaN/)
    expect(progressLine({ active: 0, progress: { position: 0, size: 10 }, ledger: { packets: 0 } }, 0, 1)).not.toMatch(/left|NaN/)
  })
})

describe('the summary', () => {
  const run = { elapsed: 2, output: 'standard output', interrupted: false, file: null }

  it('has what there was, and no more', () => {
    const ledger = Object.assign(new Ledger(), { packets: 1000, in_flows: 990, non_ip: 10, flows: 1, records: 1 })
    expect(summary(ledger, run)).toBe('1,000 packets in 2.00 s, 500 packets/s\n  in flows  990    99 %\n  not IP     10   1.0 %\n1 flow, 1 record to standard output\n')
  })

  it('fits on a screen with everything in it', () => {
    const ledger = Object.assign(new Ledger(), { packets: 7e6, in_flows: 1e6, vetoed: 1e6, non_ip: 1e6, short: 1e6, malformed: 1e6, orphan_fragments: 2e6, filtered: 5, dropped: 6, flows: 9, flows_vetoed: 1, active_cuts: 3, records: 12 })
    const text = summary(ledger, { ...run, interrupted: true, output: 'flows.ndjson', file: 'ledger.json' })
    expect(text.split('\n').length).toBeLessThan(20)
    expect(text).toMatch(/^interrupted: 7,000,000 packets/)
    expect(text).toContain('9 flows, 12 records (3 cut by the active timeout, 1 flow ignored) to flows.ndjson\nthe ledger is in ledger.json\n')
    expect(text).toMatch(/dropped before +6\n/)
  })

  it('of nothing has no rate that is none', () => {
    expect(summary(new Ledger(), { ...run, elapsed: 0 })).toBe('0 packets in 0.00 s\n0 flows, 0 records to standard output\n')
  })
})

describe('an error', () => {
  const at = { chain: 'mine', hook: 'tcp', packet: 7 }
  it.each<[Error, number]>([
    [new OptionError('X', 'x'), 2], [new SourceError('X', 'x'), 3], [new SinkError('X', 'x'), 3], [new ChainError('X', 'x'), 4],
    [new HookError('X', 'x', at), 4], [new CaptureError('X', 'x', 0), 1], [new TypeError('x'), 70],
  ])('%o has its status', (error, status) => expect(statusOf(error)).toBe(status))

  it('is one line, and a fault of weir says that it is', () => {
    expect(messageOf(new SinkError('X', 'cannot write a: full\n: free some'))).toBe('weir: cannot write a: full: : free some')
    expect(messageOf(new TypeError('x is not a function'))).toBe('weir: internal error: x is not a function: please report it, with what WEIR_DEBUG=1 shows')
  })

  it('that a reader went away is told apart', () => {
    expect(isReaderGone(new SinkError('WEIR_SINK_CLOSED', 'x'))).toBe(true)
    expect(isReaderGone(new SinkError('WEIR_SINK_WRITE', 'x'))).toBe(false)
  })
})

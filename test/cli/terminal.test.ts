import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { PATIENCE, recordsOf, shell } from './run.ts'

const hasScript = spawnSync('script', ['--version']).status === 0
let directory: string
beforeAll(() => { directory = mkdtempSync(join(tmpdir(), 'weir-')) })
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** What a terminal of 100 columns shows of a line of shell; what it writes to $OUT is apart. */
function terminal(line: string, env: Record<string, string> = {}): { shown: string; out: string; status: number | null } {
  const OUT = join(directory, 'out')
  const { out: shown, status } = shell('script -qec "stty cols 100; $LINE" /dev/null', { LINE: line, OUT, TERM: 'xterm', ...env })
  return { shown, status, out: shell('cat "$OUT" 2>/dev/null; rm -f "$OUT"', { OUT }).out }
}

const CLEAR = '\r\u001b[K'
/** Takes its time, as a large file does. */
const SLOW = '{ cat $WEB; sleep 1; } | $WEIR observe -'

describe.skipIf(!hasScript)('on a terminal', { timeout: PATIENCE }, () => {
  it('shows progress while it runs, clears it, and ends with a summary', () => {
    const { shown, out, status } = terminal(`${SLOW} > $OUT`)
    expect(status).toBe(0)
    const [before, line, ...more] = shown.split(CLEAR)
    const last = more.pop()
    expect(before).toBe('')
    expect(line).toMatch(/^[\d,]+ packets {3}[\d.]+( [kMG])? packets\/s {3}\d+ flows active$/)
    expect(last).toMatch(/^[\d,]+ packets in [\d.]+ s, .*\r\n {2}in flows [^]*\r\n\d+ flows, \d+ records to standard output\r\n$/)
    expect(last?.split('\n').length).toBeLessThan(24)
    expect(recordsOf(out).length).toBeGreaterThan(3)
  })

  it('draws no more than five times a second', () => {
    expect(terminal(`${SLOW} > $OUT`).shown.split(CLEAR).length - 1).toBeLessThanOrEqual(9)
  })

  it('shows nothing with --quiet but warnings', () => {
    expect(terminal(`${SLOW} --quiet > $OUT`).shown).toBe('')
    expect(terminal('head -c 3000 $WEB | $WEIR observe -q - > $OUT').shown).toMatch(/^weir: warning: .*\r\n$/)
  })

  it('does not draw into records that are on it', () => {
    const { shown } = terminal(SLOW)
    expect(shown).not.toContain('\u001b')
    expect(shown).toContain('records to standard output')
  })

  it('makes way for a warning', () => {
    const { shown } = terminal('{ head -c 3000 $WEB; sleep 1; } | $WEIR observe - > $OUT')
    expect(shown).toContain(`${CLEAR}weir: warning: `)
  })

  it('shows chains in colours, unless NO_COLOR is set, and breaks lines', () => {
    const { shown } = terminal('$WEIR chains')
    expect(shown).toContain('\u001b[1mtcp\u001b[0m: ')
    expect(terminal('$WEIR chains tcp', { NO_COLOR: '1' }).shown).not.toContain('\u001b')
    expect(shown.split('\r\n').filter((line) => line.startsWith('  ') && line.length > 100)).toEqual([])
  })
})

describe('in a pipe', { timeout: PATIENCE }, () => {
  it('shows neither progress nor summary', () => {
    expect(shell(`${SLOW} | cat > /dev/null`)).toEqual({ status: 0, out: '', err: '' })
  })
})

import { describe, expect, it } from 'vitest'

import { CaptureError, HookError, SourceError, WeirError } from '../../src/errors.ts'
import { received, send } from '../../src/workers/messages.ts'

const moved = (error: unknown): Error => received(structuredClone(send(error)))

describe('errors that go to another thread', () => {
  it.each([
    new HookError('WEIR_HOOK_THREW', "chain 'x' threw", { chain: 'x', hook: 'tcp', packet: 7 }, { cause: new Error('of the user') }),
    new CaptureError('WEIR_CAPTURE_CUT', 'cut', 99),
    new SourceError('WEIR_SOURCE_LINK', 'eth0: the interface went down'),
  ])('%s has its class, its code and what else it says', (error) => {
    const there = moved(error)
    expect(there).toBeInstanceOf(error.constructor)
    expect(there).toBeInstanceOf(WeirError)
    expect({ ...there, message: there.message, name: there.name }).toEqual({ ...error, message: error.message, name: error.name })
    expect(there.stack).toBe(error.stack)
    if (error.cause !== undefined) expect(String(there.cause)).toContain('of the user')
  })

  it('others are errors, too', () => {
    expect(moved(new TypeError('not a function'))).toMatchObject({ message: 'not a function' })
    expect(moved('a string').message).toBe('a string')
  })
})

import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

import { captures, type Capture, CORPORA, hasCorpora, tsharkFields } from './corpora.ts'
import { expectedFlows, NEVER, observedFlows } from './flow-count.ts'
import { type TsharkPacket, tsharkPacket } from './tshark-packet.ts'

const present = hasCorpora(CORPORA)
const all = present ? captures(CORPORA) : []
const packetsOf = (capture: Capture) => tsharkFields(CORPORA, capture).map(tsharkPacket).filter((packet) => packet !== null)
const skipped = new Map(all.flatMap((capture): [Capture, string][] => {
  const reason = beyond(packetsOf(capture))
  return reason === null ? [] : [[capture, reason]]
}))
const compared = all.filter((capture) => !skipped.has(capture))

/** What this test leaves to others; null where there is nothing of it. */
function beyond(packets: readonly TsharkPacket[]): string | null {
  if (packets.some(({ fragment }) => fragment !== 'none')) return 'fragments'
  return packets.some(({ quote }) => quote !== null) ? 'ICMP errors' : null
}

describe.skipIf(!present)(`packets and octets of every flow are those that tshark shows${present ? '' : ' (skipped: WEIR_CORPORA names no corpora)'}`, () => {
  let flows = 0

  describe.each(compared)('$name', (capture) => {
    it.each([['one flow a key', NEVER], ['flows that end when idle', 30]])('%s', async (_, idle) => {
      const packets = packetsOf(capture)
      const observed = await observedFlows(join(CORPORA, capture.path), idle)
      const expected = expectedFlows(packets, idle)
      expect(observed.flows).toEqual(expected)
      expect(observed.ledger).toMatchObject({ packets: capture.packets, in_flows: packets.length })
      if (idle === NEVER) flows += expected.length
    })
  })

  it('compares most captures', () => {
    expect(compared.length).toBeGreaterThan(all.length / 2)
  })

  afterAll(() => {
    const reasons = [...skipped.values()]
    const named = [...new Set(reasons)].map((reason) => `${reasons.filter((each) => each === reason).length} for ${reason}`).join(', ')
    console.log(`tshark: ${compared.length} captures compared (${flows} flows), ${skipped.size} skipped: ${named}`)
  })
})

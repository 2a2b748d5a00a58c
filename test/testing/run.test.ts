import { describe, expect, it } from 'vitest'

import { basic, defineChain, list, u64 } from '../../src/index.ts'
import { ethernet, ipv4, nullLink, recordsOf, udp } from '../../src/testing/build.ts'

const ip = ipv4({ source: '192.0.2.1', destination: '192.0.2.2' }, udp({ sourcePort: 1024, destinationPort: 53 }, new Uint8Array(20)))
const frame = ethernet({}, ip)

const seen = defineChain({
  name: 'seen', doc: '',
  fields: { times: list('f64', { max: 9, doc: '' }), lost: u64({ doc: '' }) },
  ip(flow, _ip, _rev, packet) {
    flow.times.push(packet.seconds + packet.nanoseconds / 1e9)
    flow.lost += packet.wireLength - packet.capturedLength
  },
})

describe('recordsOf', () => {
  it('plays frames a millisecond apart, or at their time', async () => {
    const [record] = await recordsOf([seen], [frame, frame, { frame, time: 2.5 }, frame])
    expect(record.times).toEqual([0, 0.001, 2.5, 2.501])
  })

  it('takes frames that were cut, of other links, and options', async () => {
    const records = await recordsOf([basic, seen], [{ frame: frame.subarray(0, 50), wireLength: frame.length }, { frame: nullLink({}, ip), linkType: 0, time: 31 }], { idleTimeout: 30 })
    expect(records.map(({ pkt_fwd, lost, end_reason }) => ({ pkt_fwd, lost, end_reason }))).toEqual([{ pkt_fwd: 1, lost: 12, end_reason: 'idle' }, { pkt_fwd: 1, lost: 0, end_reason: 'forced' }])
  })

  it('throws what a hook threw', async () => {
    const throws = defineChain({ name: 'throws', doc: '', ip() { throw new Error('no') } })
    await expect(recordsOf([throws], [frame])).rejects.toMatchObject({ name: 'HookError', chain: 'throws', packet: 1 })
  })

  it('of nothing there are none', async () => {
    expect(await recordsOf([basic], [])).toEqual([])
  })
})

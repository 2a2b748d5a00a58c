import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

import { observe } from '../../src/index.ts'
import { openSource } from '../../src/source/open.ts'
import { ethernet, ipv4, udp } from '../../src/testing/build.ts'
import { pcap } from './build-pcap.ts'
import { drain, read } from './drain.ts'
import { concat, frame } from './octets.ts'

const packet = ethernet({}, ipv4({ source: '192.0.2.1', destination: '192.0.2.2' }, udp({ sourcePort: 1, destinationPort: 2 })))
const capture = pcap({}, ...Array.from({ length: 50 }, (_, i) => ({ seconds: i, frame: packet })))
const whole = await read(capture)

function streamOf(octets: Uint8Array, piece: number): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= octets.length) controller.close()
      else controller.enqueue(octets.slice(at, (at += piece)))
    },
  })
}

describe('the streams of the web platform', () => {
  it.each([1, 100, 1 << 20])('a ReadableStream in pieces of %i octets', async piece => {
    const source = await openSource(streamOf(gzipSync(capture), piece))
    expect(await drain(source)).toEqual(whole.packets)
    expect([source.fault, source.size]).toEqual([null, null])
    await source.close()
  })

  it('a Blob, which is read again where its gzip is corrupt', async () => {
    const source = await openSource(new Blob([concat(gzipSync(capture), frame(40))]))
    expect(await drain(source)).toEqual(whole.packets)
    expect(source.fault?.code).toBe('WEIR_CAPTURE_CORRUPT')
    await source.close()
  })

  it('a stream that fails, or gives something else', async () => {
    for (const broken of [new ReadableStream<Uint8Array>({ pull: controller => controller.error(new Error('gone')) }), new ReadableStream({ pull: controller => controller.enqueue('text' as never) })]) {
      await expect(openSource(broken)).rejects.toMatchObject({ code: 'WEIR_SOURCE_READ' })
    }
  })

  it('can be observed, alone or with others', async () => {
    for (const source of [new Blob([capture]), [streamOf(capture, 1000), capture, new Blob([capture])]]) {
      const observer = observe(source)
      for await (const { sip } of observer) expect(sip).toBe('192.0.2.1')
      expect(observer.ledger.in_flows).toBe(Array.isArray(source) ? 150 : 50)
    }
  })

  it('closing while octets are awaited ends the wait', async () => {
    const source = await openSource(new ReadableStream<Uint8Array>({ start: controller => controller.enqueue(capture) }))
    expect(await source.refill()).toBe(true)
    const waiting = source.refill()
    await source.close()
    await waiting
  })
})

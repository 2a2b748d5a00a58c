import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

import { Packet } from '../../src/packet/packet.ts'
import { openAll } from '../../src/source/sequence.ts'
import { pcap, pcapHeader } from './build-pcap.ts'
import { Section } from './build-pcapng.ts'
import { drain } from './drain.ts'
import { concat, frame } from './octets.ts'

const section = new Section()
const first = pcap({}, { seconds: 1, frame: frame(4) }, { seconds: 2, frame: frame(4) })
const second = concat(section.header(), section.interface(), section.interface(), section.packet(frame(4), { id: 1, stamp: 3_000_000n }), section.statistics(0, [[5, section.u64(7n)]]))
const third = pcap({}, { seconds: 4, frame: frame(4) })

describe('several captures', () => {
  it('are read one after the other, as one', async () => {
    const source = await openAll([first, second, third])
    const packets = await drain(source)
    expect(packets.map(packet => packet.time)).toEqual(['1.000000000', '2.000000000', '3.000000000', '4.000000000'])
    expect(source.fault).toBeNull()
    expect(source.size).toBe(first.length + second.length + third.length)
    expect(source.position).toBe(source.size)
    expect(source.dropped).toBe(7)
    expect(source.filtered).toBeNull()
    await source.close()
  })

  it('number their interfaces in the order in which they are met', async () => {
    const packets = await drain(await openAll([first, second, third]))
    expect(packets.map(packet => packet.interfaceId)).toEqual([0, 0, 2, 3])
  })

  it('one that is cut does not stop those after it; the first fault is kept', async () => {
    const source = await openAll([first.subarray(0, 50), pcap({}, { frame: frame(4), captured: 0xffffffff }), third])
    expect((await drain(source)).map(packet => packet.time)).toEqual(['1.000000000', '4.000000000'])
    expect(source.fault?.code).toBe('WEIR_CAPTURE_CUT')
  })

  it('may be empty', async () => {
    expect(await drain(await openAll([pcapHeader(), third, pcapHeader()]))).toHaveLength(1)
  })

  it('one alone is itself', async () => {
    expect((await openAll([first])).constructor.name).toBe('PcapSource')
  })

  it('none is an error', async () => {
    await expect(openAll([])).rejects.toMatchObject({ code: 'WEIR_SOURCE_NONE' })
  })

  it('standard input may be among them once', async () => {
    await expect(openAll(['-', 'pcap:-'])).rejects.toMatchObject({ code: 'WEIR_SOURCE_STDIN' })
  })

  it('may be closed before they are read', async () => {
    const source = await openAll([first, second])
    await source.close()
    expect(await drain(source)).toEqual([])
  })
})

describe('several files', () => {
  const directory = mkdtempSync(join(tmpdir(), 'weir-sequence-'))
  afterAll(() => rmSync(directory, { recursive: true }))
  const names = ['1', '2'].map(name => join(directory, name))
  for (const name of names) writeFileSync(name, first)

  it('have the name of the one that is read', async () => {
    const source = await openAll(names)
    const packet = new Packet()
    const seen: string[] = []
    do {
      while (source.next(packet)) seen.push(source.name)
    } while (await source.refill())
    expect(seen).toEqual([names[0], names[0], names[1], names[1]])
  })

  it('are all opened before the first is read', async () => {
    await expect(openAll([...names, join(directory, 'none')])).rejects.toMatchObject({ code: 'WEIR_SOURCE_OPEN' })
  })
})

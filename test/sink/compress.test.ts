import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as zlib from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { SinkError } from '../../src/errors.ts'
import { compressed } from '../../src/sink/compress.ts'
import { formatOf } from '../../src/sink/formats.ts'
import { batchOf } from './batch.ts'
import { writtenBy } from './memory.ts'

const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Uint8Array) => Buffer }
const batch = batchOf([{ name: 'x', kind: 'u32', values: Array.from({ length: 20_000 }, (_, i) => i * 7919) }])

describe('compressed files', () => {
  let directory: string
  beforeAll(() => { directory = mkdtempSync(join(tmpdir(), 'weir-')) })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  const write = async (name: string): Promise<Buffer> => {
    const path = join(directory, name)
    const { to } = formatOf(path)
    await writtenBy(() => to(path), batch, batch, batch)
    return readFileSync(path)
  }

  it.each(['x.csv', 'x.tsv', 'x.ndjson', 'X.JSONL'])('%s.gz holds what %s holds', async (name) => {
    const plain = await write(name), packed = await write(`${name}.gz`)
    expect(zlib.gunzipSync(packed).equals(plain)).toBe(true)
    expect(packed.length).toBeLessThan(plain.length / 2)
  })

  it.skipIf(zstdDecompressSync === undefined)('.zst where node has zstd', async () => {
    expect(zstdDecompressSync!(await write('z.csv.zst')).equals(await write('z.csv'))).toBe(true)
  })

  it.skipIf(zstdDecompressSync !== undefined)('.zst is refused before anything is written where node has no zstd', async () => {
    const path = join(directory, 'none.csv.zst')
    expect(() => formatOf(path)).toThrow(/cannot compress with zstd, 22\.15 and later can: use \.gz/)
    await expect(async () => formatOf('x.csv').to(path).open({ columns: [] })).rejects.toThrow(/zstd/)
    expect(readdirSync(directory).filter((name) => name.includes('none'))).toEqual([])
  })

  it('tell writes and close what the target says', async () => {
    let closed = 0
    const target = compressed('x.gz', { write: async () => { throw new SinkError('WEIR_SINK_WRITE', 'no space') }, close: async () => void closed++ })
    const octets = Uint8Array.from({ length: 1 << 18 }, (_, i) => (i * i * 31) >> 3)
    await expect((async () => { for (let i = 0; i < 50; i++) await target.write(octets) })()).rejects.toThrow('no space')
    await expect(target.close()).rejects.toThrow('no space')
    expect(closed).toBe(1)
  })
})

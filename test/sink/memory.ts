import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Batch } from '../../src/schema/schema.ts'
import { ndjson } from '../../src/sink/ndjson.ts'
import type { Sink } from '../../src/sink/sink.ts'
import type { ByteTarget } from '../../src/sink/target.ts'

/** A target that keeps what it is given. It takes its time, and notices who writes into a block that it has not finished with. */
export class MemoryTarget implements ByteTarget {
  readonly chunks: Buffer[] = []
  closed = 0
  readonly delay: number
  constructor(delay = 0) {
    this.delay = delay
  }

  async write(bytes: Uint8Array): Promise<void> {
    const copy = Buffer.from(bytes)
    for (let turn = 0; turn < this.delay; turn++) await new Promise(setImmediate)
    if (!copy.equals(bytes)) throw new Error('the block was changed while it was written')
    this.chunks.push(copy)
  }

  async close(): Promise<void> {
    this.closed++
  }

  get octets(): Buffer {
    return Buffer.concat(this.chunks)
  }

  get text(): string {
    return this.octets.toString('utf8')
  }
}

/** What a sink makes of the batches. */
export async function writtenBy(to: (target: ByteTarget) => Sink, ...batches: Batch[]): Promise<MemoryTarget> {
  const target = new MemoryTarget()
  const sink = to(target)
  await sink.open({ columns: batches[0].columns })
  for (const batch of batches) await sink.write(batch)
  await sink.close()
  return target
}

/** What a sink that opens its file itself makes of the batches: the octets of the file. */
export async function fileOf(to: (path: string) => Sink, ...batches: Batch[]): Promise<Buffer> {
  const directory = mkdtempSync(join(tmpdir(), 'weir-'))
  try {
    const path = join(directory, 'records')
    const sink = to(path)
    await sink.open({ columns: batches[0].columns })
    for (const batch of batches) await sink.write(batch)
    await sink.close()
    return readFileSync(path)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** What NDJSON makes of the batches. */
export async function linesOf(...batches: Batch[]): Promise<string[]> {
  const lines = (await writtenBy(ndjson, ...batches)).text.split('\n')
  if (lines.pop() !== '') throw new Error('the last line has no end')
  return lines
}

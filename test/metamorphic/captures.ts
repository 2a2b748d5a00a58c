import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

import type { Frame } from '../../src/index.ts'
import { Packet } from '../../src/packet/packet.ts'
import { openSource } from '../../src/source/open.ts'
import { captures as manifest, CORPORA, hasCorpora } from '../truth/corpora.ts'

/** A real capture, as far as it is used here. */
export interface RealCapture {
  readonly name: string
  readonly path: string
  /** @unit octets */
  readonly size: number
  readonly frames: readonly Frame[]
}

/** Of a long capture the beginning is enough. */
const MOST_FRAMES = 1000
/** How many captures of one format, link type and origin: the corpora have many that are alike. */
const ALIKE = 4

/** The captures of the repository, and of the corpora where they are: some of every kind. */
export async function realCaptures(): Promise<RealCapture[]> {
  const found: RealCapture[] = []
  for (const { name, path } of [...inFolder('repository', 'test/captures'), ...ofCorpora()]) {
    const frames = await framesOf(path)
    if (frames !== null) found.push({ name, path, size: statSync(path).size, frames })
  }
  return found
}

function ofCorpora(): { name: string; path: string }[] {
  if (!hasCorpora(CORPORA)) return []
  const strata = new Map<string, number>()
  const listed = manifest(CORPORA).filter(({ format, linkType, name }) => {
    const stratum = `${format} ${linkType} ${name.split('/')[0]}`
    strata.set(stratum, (strata.get(stratum) ?? 0) + 1)
    return strata.get(stratum)! <= ALIKE
  })
  return [
    ...listed.map(({ name, path }) => ({ name, path: join(CORPORA, path) })),
    // many differ only in where they were cut
    ...inFolder('edge', join(CORPORA, 'edge')).filter(({ name }, i) => !name.includes('snap_') || i % 6 === 0),
    ...inFolder('pathspider', join(CORPORA, 'pathspider', 'captures')).slice(0, ALIKE),
  ]
}

function inFolder(name: string, folder: string): { name: string; path: string }[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter((file) => /\.pcap(ng)?$/.test(file)).sort().map((file) => ({ name: `${name}/${file}`, path: join(folder, file) }))
}

/** The packets of a capture; null where weir does not read its format. */
async function framesOf(path: string): Promise<Frame[] | null> {
  const source = await openSource(path).catch(() => null)
  if (source === null) return null
  const frames: Frame[] = []
  const packet = new Packet()
  do {
    while (frames.length < MOST_FRAMES && source.next(packet)) {
      const { bytes, start, capturedLength, seconds, nanoseconds, stamped, wireLength, linkType, interfaceId } = packet
      frames.push({ bytes: bytes.slice(start, start + capturedLength), seconds, nanoseconds, stamped, wireLength, linkType, interfaceId })
    }
  } while (frames.length < MOST_FRAMES && (await source.refill()))
  await source.close()
  return frames
}

/**
 * Makes the captures of the benchmark, once, from shared/bench/mix-20M.pcap.xz: fifty copies with other addresses (see rewrite.js),
 * 3,324,750 packets in 465,900 flows, about 1 GB each. The same input gives the same octets.
 *
 *   mix-1g.pcap         copy k is k seconds later; all merged by time, then by copy
 *   mix-1g-serial.pcap  copy k begins when copy k-1 has ended: 9,318 flows at a time
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ipOffset, maskOf, rewrite } from './rewrite.js'

const COPIES = 50
const FILE_HEADER = 24
const RECORD_HEADER = 16
const BUFFER = 8 << 20

const root = fileURLToPath(new URL('..', import.meta.url))
const directory = `${root}bench/data`

/** The two captures: how much later a copy is, and what the file must be. */
const captures = [
  { name: 'mix-1g', shift: () => 1, sha256: '93b3d018b668ff4fffa4210e1d82866b39bf3516fb3d2c5a552cfe2354df87d5' },
  { name: 'mix-1g-serial', shift: (/** @type {number} */ seconds) => seconds, sha256: 'd9ad615f171b2a5aa5e71ac180c30908cb494e21bc44cb6224d5e2713504f2c1' },
]

/** Makes what is not there. @returns {string[]} the paths of the captures */
export function makeMix() {
  const paths = captures.map(({ name }) => `${directory}/${name}.pcap`)
  if (paths.every((path) => existsSync(path))) return paths
  mkdirSync(directory, { recursive: true })
  const base = readBase()
  checkDistinct(base)
  captures.forEach(({ shift, sha256 }, i) => {
    if (!existsSync(paths[i])) writeCopies(base, paths[i], shift(base.seconds), sha256)
  })
  return paths
}

/** The capture that is copied: little-endian, microseconds, Ethernet, in order of time. */
function readBase() {
  const path = `${process.env.WEIR_SHARED ?? `${root}../shared`}/bench/mix-20M.pcap.xz`
  if (!existsSync(path)) throw new Error(`${path} is not there; set WEIR_SHARED to the directory that has bench/mix-20M.pcap.xz`)
  const bytes = execFileSync('xz', ['-dc', path], { maxBuffer: 1 << 26 })
  if (bytes.readUInt32LE(0) !== 0xa1b2c3d4 || bytes.readUInt32LE(20) !== 1) throw new Error(`${path} is no little-endian Ethernet capture in microseconds`)
  const starts = []
  for (let at = FILE_HEADER; at < bytes.length; at += RECORD_HEADER + bytes.readUInt32LE(at + 8)) starts.push(at)
  const times = starts.map((at) => bytes.readUInt32LE(at) * 1e6 + bytes.readUInt32LE(at + 4))
  if (times.some((time, i) => time < times[i - 1])) throw new Error(`${path} is not in order of time`)
  return { bytes, starts, times, seconds: Math.floor((times[times.length - 1] - times[0]) / 1e6) + 1 }
}

/** No two copies have a pair of addresses in common, so no flow of one is a flow of another. */
function checkDistinct(/** @type {ReturnType<typeof readBase>} */ { bytes, starts }) {
  const pairs = new Map()
  for (const start of starts) {
    const at = start + RECORD_HEADER
    const ip = ipOffset(bytes, at, at + bytes.readUInt32LE(start + 8))
    if (ip < 0) continue
    const [from, size, word] = bytes[ip] >> 4 === 4 ? [ip + 12, 4, 0] : [ip + 8, 16, 4]
    const pair = Buffer.from(bytes.subarray(from, from + 2 * size))
    pairs.set(pair.toString('latin1'), { pair, size, word })
  }
  const owner = new Map()
  for (let k = 0; k < COPIES; k++) {
    for (const { pair, size, word } of pairs.values()) {
      const copy = Buffer.from(pair)
      for (const at of [word, size + word]) copy.writeUInt32BE((copy.readUInt32BE(at) ^ maskOf(k)) >>> 0, at)
      const ends = [copy.toString('latin1', 0, size), copy.toString('latin1', size)]
      const key = ends.sort().join('')
      if ((owner.get(key) ?? k) !== k) throw new Error(`copies ${owner.get(key)} and ${k} have a pair of addresses in common`)
      owner.set(key, k)
    }
  }
}

/**
 * @param {ReturnType<typeof readBase>} base @param {string} path @param {number} shift seconds from copy to copy
 * @param {string} sha256 what the file must be
 */
function writeCopies({ bytes, starts, times }, path, shift, sha256) {
  const temporary = `${path}.${process.pid}.part`
  const file = openSync(temporary, 'w')
  const hash = createHash('sha256')
  const out = Buffer.allocUnsafe(BUFFER)
  let filled = bytes.copy(out, 0, 0, FILE_HEADER)
  let written = 0
  const flush = () => {
    hash.update(out.subarray(0, filled))
    for (let at = 0; at < filled; ) at += writeSync(file, out, at, filled - at)
    written += filled
    filled = 0
  }
  const cursors = new Int32Array(COPIES)
  let packets = 0
  let lowest = 0
  for (;;) {
    // the copy whose next packet is earliest, of several the first; copies before `lowest` have ended, and those after the first untouched one are later still
    while (lowest < COPIES && cursors[lowest] === starts.length) lowest++
    if (lowest === COPIES) break
    let copy = -1
    let earliest = Infinity
    for (let k = lowest; k < COPIES; k++) {
      const time = times[cursors[k]] + k * shift * 1e6
      if (time < earliest) [copy, earliest] = [k, time]
      if (cursors[k] === 0) break
    }
    const start = starts[cursors[copy]++]
    const length = RECORD_HEADER + bytes.readUInt32LE(start + 8)
    if (filled + length > out.length) flush()
    bytes.copy(out, filled, start, start + length)
    out.writeUInt32LE(bytes.readUInt32LE(start) + copy * shift, filled)
    rewrite(out, filled + RECORD_HEADER, filled + length, maskOf(copy))
    filled += length
    packets++
  }
  flush()
  closeSync(file)
  const digest = hash.digest('hex')
  if (packets !== COPIES * starts.length || digest !== sha256) {
    rmSync(temporary)
    throw new Error(`${path}: ${packets} packets, ${written} octets, sha256 ${digest}, but it should be ${sha256}`)
  }
  renameSync(temporary, path)
  console.error(`${path}: ${packets} packets, ${written} octets`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) makeMix()

/**
 * Octets of memory a flow: resident size with a million active flows, less that with a thousand, half of them IPv6, with `basic,tcp`.
 * Fails above 200. Each size has a process of its own; packets come from memory, two a flow, one in each direction.
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import * as weir from '../dist/index.js'

const LIMIT = 200
const SMALL = 1_000
const LARGE = 1_000_000
const ROUNDS = 3

/** How many packets a refill makes. */
const BATCH = 1024
const SLOT = 96

/** A TCP segment with ACK between ports 1024 and 443; addresses are written over it. */
const FRAME4 = Buffer.from('020000000002020000000001' + '0800' + '45000028000000004006000000000000' + '00000000' + '040001bb00000001000000015010ffff00000000', 'hex')
const FRAME6 = Buffer.from('020000000002020000000001' + '86dd' + '6000000000140640' + '20010db8'.padEnd(32, '0') + '20010db8'.padEnd(32, '0') + '040001bb00000001000000015010ffff00000000', 'hex')

/** @implements {weir.PacketSource} */
class Flows {
  name = 'memory'
  position = 0
  size = null
  filtered = null
  dropped = null
  fault = null
  /** Set when all flows are active. */
  resident = 0
  #flows
  #made = 0
  #taken = 0
  #bytes = Buffer.alloc(BATCH * SLOT)
  #view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length)
  #lengths = new Uint8Array(BATCH)

  constructor(/** @type {number} */ flows) {
    this.#flows = flows
  }

  next(/** @type {weir.Packet} */ packet) {
    if (this.#taken === this.#made) return false
    const slot = this.#taken++ % BATCH
    packet.bytes = this.#bytes
    packet.view = this.#view
    packet.start = slot * SLOT
    packet.capturedLength = packet.wireLength = this.#lengths[slot]
    packet.seconds = 1_700_000_000
    packet.nanoseconds = 0
    return true
  }

  async refill() {
    if (this.#made === 2 * this.#flows) {
      globalThis.gc?.()
      this.resident = process.memoryUsage().rss
      return false
    }
    for (let slot = 0; slot < BATCH && this.#made < 2 * this.#flows; slot++) this.#make(slot, this.#made++)
    return true
  }

  async close() {}

  #make(/** @type {number} */ slot, /** @type {number} */ number) {
    const flow = number >> 1
    const four = flow % 2 === 0
    const at = slot * SLOT
    const frame = four ? FRAME4 : FRAME6
    frame.copy(this.#bytes, at)
    this.#lengths[slot] = frame.length
    const [first, second] = number % 2 === 0 ? [flow, ~flow >>> 0] : [~flow >>> 0, flow]
    this.#bytes.writeUInt32BE(first, at + (four ? 26 : 34))
    this.#bytes.writeUInt32BE(second, at + (four ? 30 : 50))
    if (number % 2 === 1) this.#bytes.writeUInt32BE(0x01bb0400, at + (four ? 34 : 54))
  }
}

/** The resident size with so many active flows. */
async function measure(/** @type {number} */ flows) {
  const source = new Flows(flows)
  const observer = weir.observe(source, { chains: [weir.basic, weir.tcp], maxFlows: LARGE })
  let records = 0
  await observer.writeTo({ open() {}, write: (batch) => void (records += batch.length), close() {} })
  if (records !== flows) throw new Error(`${records} records of ${flows} flows`)
  return source.resident
}

function inProcess(/** @type {number} */ flows) {
  return Number(execFileSync(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url), String(flows)], { encoding: 'utf8' }))
}

if (process.argv[2]) {
  console.log(await measure(Number(process.argv[2])))
} else {
  const perFlow = Array.from({ length: ROUNDS }, () => (inProcess(LARGE) - inProcess(SMALL)) / (LARGE - SMALL)).toSorted((a, b) => a - b)
  const median = perFlow[ROUNDS >> 1]
  console.log(`${median.toFixed(1)} octets a flow (${perFlow.map((n) => n.toFixed(1)).join(', ')}); the limit is ${LIMIT}`)
  if (!(median <= LIMIT)) process.exitCode = 1
}

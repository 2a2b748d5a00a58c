import { type ChildProcess, spawn } from 'node:child_process'

import { OptionError, SourceError, type WeirError } from '../../errors.ts'
import type { Packet } from '../../packet/packet.ts'
import { PeekedReader } from '../byte-reader.ts'
import { PCAP_HEADER, PcapSource } from '../pcap.ts'
import { ReadWindow } from '../read-window.ts'
import type { PacketSource } from '../source.ts'
import { StreamReader } from '../stream-reader.ts'
import { findTool } from '../tool-reader.ts'
import type { LiveOptions } from './options.ts'
import { cannotCapture, disappeared, isDown, noSuchInterface, notPermitted, wentDown } from './refusal.ts'

/** How long a refill waits where nothing comes. @unit milliseconds */
const WAIT = 50
/** tcpdump gives packets a second after they came, at the latest; and then there is the pipe. @unit milliseconds */
const HELD_BACK = 2000
/** @unit KiB */
const KERNEL_BUFFER = 32 << 10
/** Of what it says, as much is kept. */
const SAID = 4096

/**
 * Capture with tcpdump, where there is no libpcap that could be called.
 * @throws SourceError @throws {OptionError} for a filter that cannot be compiled
 */
export async function openTcpdump(name: string, options: LiveOptions): Promise<PacketSource> {
  const path = await findTool('tcpdump')
  if (path === null) throw new SourceError('WEIR_SOURCE_LIVE', `${name}: nothing is here that captures: install libpcap and the npm package koffi, or tcpdump`)
  const { snaplen, promiscuous, filter } = options
  const tool = new Tcpdump(path, [
    '-i', name, '-s', String(snaplen), ...(promiscuous ? [] : ['-p']), '-n', '-B', String(KERNEL_BUFFER), '--time-stamp-precision=nano', '-U', '-w', '-', ...(filter === null ? [] : ['--', filter]),
  ])
  const reader = new StreamReader(name, tool.output)
  const { head } = await PeekedReader.peek(reader, PCAP_HEADER)
  if (head.length === PCAP_HEADER) return new TcpdumpCapture(name, new PcapSource(name, head, new ReadWindow(reader, undefined, PCAP_HEADER), options.interfaces), tool)
  await tool.end()
  throw refusal(name, path, tool.said, filter)
}

/** tcpdump as it runs. */
class Tcpdump {
  /** What it said on standard error. */
  said = ''
  readonly #process: ChildProcess
  readonly #exit: Promise<void>
  // a process that captures on a silent link would not notice that nobody reads it
  readonly #kill = (): void => void this.#process.kill()

  constructor(path: string, parameters: readonly string[]) {
    const child = spawn(path, parameters, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#process = child
    process.on('exit', this.#kill)
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.said = (this.said + text).slice(-SAID)))
    this.#exit = new Promise((resolve) => {
      child.on('error', (error) => {
        this.said += error.message
        resolve()
      })
      child.on('close', () => resolve())
    })
  }

  get output(): NonNullable<ChildProcess['stdout']> {
    return this.#process.stdout!
  }

  /** End it, and wait until it has said what there is to say. */
  async end(): Promise<void> {
    this.#process.kill()
    await this.#exit
    process.off('exit', this.#kill)
  }
}

class TcpdumpCapture implements PacketSource {
  readonly name: string
  readonly size = null
  readonly filtered = null
  dropped: number | null = null
  fault: WeirError | null = null
  silentUntil = 0
  readonly #inner: PacketSource
  readonly #tool: Tcpdump
  #refilling: Promise<boolean> | null = null
  #closed: Promise<void> | null = null

  constructor(name: string, inner: PacketSource, tool: Tcpdump) {
    this.name = name
    this.#inner = inner
    this.#tool = tool
  }

  get position(): number {
    return this.#inner.position
  }

  next(packet: Packet): boolean {
    return this.#inner.next(packet)
  }

  async refill(): Promise<boolean> {
    if (this.#closed !== null || this.fault !== null) return false
    const before = Date.now()
    this.#refilling ??= Promise.resolve(this.#inner.refill())
    let timer: NodeJS.Timeout | undefined
    const silence = new Promise<null>((resolve) => (timer = setTimeout(resolve, WAIT, null)))
    const more = await Promise.race([this.#refilling, silence])
    clearTimeout(timer)
    if (more === null) {
      this.silentUntil = (before - HELD_BACK) / 1000
      return true
    }
    this.#refilling = null
    if (more || this.#closed !== null) return more
    await this.#tool.end()
    this.fault = ending(this.name, this.#tool.said)
    return false
  }

  async close(): Promise<void> {
    this.#closed ??= this.#giveBack()
    return this.#closed
  }

  async #giveBack(): Promise<void> {
    await this.#tool.end()
    this.dropped = droppedOf(this.#tool.said)
    await this.#inner.close()
  }
}

/** Why it could not begin. */
function refusal(name: string, path: string, said: string, filter: string | null): WeirError {
  if (/no such device/i.test(said)) return noSuchInterface(name, said)
  if (/permission|not permitted/i.test(said)) return notPermitted(name, path, said)
  if (/not up/i.test(said)) return isDown(name)
  const words = wordsOf(said)
  if (filter !== null && /syntax error|filter expression|unknown/i.test(said)) return new OptionError('WEIR_OPTION_FILTER', `filter '${filter}' is refused by tcpdump: ${words}`)
  return cannotCapture(name, words || 'tcpdump does not say why')
}

/** Why it ended while it was wanted. */
function ending(name: string, said: string): WeirError {
  if (/disappeared/i.test(said)) return disappeared(name)
  if (/went down|is down/i.test(said)) return wentDown(name)
  return new SourceError('WEIR_SOURCE_READ', `${name}: tcpdump ended: ${wordsOf(said) || 'it does not say why'}`)
}

/** Its message, without what it says of every capture. */
function wordsOf(said: string): string {
  const [message = ''] = said.split('\n').filter((line) => line.startsWith('tcpdump: ') && !/listening on|data link type/.test(line))
  return message.replace('tcpdump: ', '').trim()
}

function droppedOf(said: string): number | null {
  const [kernel, link] = ['kernel', 'interface'].map((by) => Number(new RegExp(`(\\d+) packets? dropped by ${by}`).exec(said)?.[1] ?? Number.NaN))
  return Number.isNaN(kernel) ? null : kernel + (Number.isNaN(link) ? 0 : link)
}

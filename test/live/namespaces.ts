import { execFileSync, spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { capture } from '../../src/testing/build.ts'
import { WEIR } from '../cli/run.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Why no namespaces can be made here; null where they can. */
export const refused: string | null = whyNot()

function whyNot(): string | null {
  if (process.getuid?.() !== 0) return 'needs root'
  for (const tool of ['ip', 'tcpreplay']) if (spawnSync(tool, ['-V']).error !== undefined) return `needs ${tool}`
  const probe = `weir-probe-${process.pid}`
  const made = spawnSync('ip', ['netns', 'add', probe]).status === 0 && spawnSync('ip', ['-n', probe, 'link', 'add', 'wa', 'type', 'veth', 'peer', 'name', 'wb']).status === 0
  spawnSync('ip', ['netns', 'del', probe])
  return made ? null : 'needs network namespaces and veth'
}

/** For the title of what is skipped. */
export const unless = refused === null ? '' : ` (skipped: ${refused})`

/** Two network namespaces and a link between them: what is sent into `out` in one comes in at `in` in the other. */
export class Link {
  readonly folder = mkdtempSync(join(tmpdir(), 'weir-live-'))
  readonly receiver = `weir-live-${process.pid}-in`
  readonly sender = `weir-live-${process.pid}-out`

  constructor() {
    for (const name of [this.receiver, this.sender]) {
      run('ip', 'netns', 'add', name)
      // the system would speak of itself
      run('ip', 'netns', 'exec', name, 'sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1')
    }
    run('ip', 'link', 'add', 'in', 'netns', this.receiver, 'type', 'veth', 'peer', 'name', 'out', 'netns', this.sender)
    for (const [name, device] of [[this.receiver, 'in'], [this.sender, 'out']]) run('ip', '-n', name, 'link', 'set', device, 'mtu', '9000', 'up')
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  /** Write frames into a capture. @returns its path */
  file(name: string, frames: readonly Uint8Array[]): string {
    const path = this.path(name)
    writeFileSync(path, capture(frames.map((frame, i) => ({ frame, time: 1_700_000_000 + i / 1e6 }))))
    return path
  }

  /** Send a capture, as fast as that goes. @returns how many packets the sender counted */
  send(path: string, ...options: string[]): number {
    const said = run('ip', 'netns', 'exec', this.sender, 'tcpreplay', '--topspeed', '--preload-pcap', ...options, '-i', 'out', path)
    return Number(/Successful packets:\s+(\d+)/.exec(said)![1])
  }

  /** In the receiving namespace. */
  run(...command: string[]): string {
    return run('ip', 'netns', 'exec', this.receiver, ...command)
  }

  /** A module in the receiving namespace, in which `weir` is a folder of `dist`. @returns what it printed */
  script(code: string): string {
    const path = this.path('script.mjs')
    writeFileSync(path, code.replaceAll('weir/', `${root}dist/`))
    return this.run(process.execPath, '--expose-gc', path)
  }

  /** Start `weir observe` in the receiving namespace, and wait until it hears as many sockets as it has. */
  async observe(args: readonly string[], sockets = 1): Promise<Observation> {
    const observation = new Observation(spawn('ip', ['netns', 'exec', this.receiver, process.execPath, WEIR, 'observe', '--summary', this.path('ledger.json'), ...args], { cwd: root }), this.path('ledger.json'))
    while (!observation.ended && this.listening() < sockets) await later(20)
    // workers are deaf until all are there, which nothing tells
    if (sockets > 1) await later(1000)
    return observation
  }

  /** Sockets of AF_PACKET that are bound. */
  listening(): number {
    return this.run('cat', '/proc/net/packet').split('\n').slice(1).filter((line) => line.trim().split(/\s+/)[5] === '1').length
  }

  remove(): void {
    for (const name of [this.receiver, this.sender]) spawnSync('ip', ['netns', 'del', name])
    rmSync(this.folder, { recursive: true })
  }
}

/** A process that observes. */
export class Observation {
  readonly process: ChildProcessWithoutNullStreams
  readonly #ledger: string
  readonly #done: Promise<number | null>
  out = ''
  err = ''
  ended = false

  constructor(child: ChildProcessWithoutNullStreams, ledger: string) {
    this.process = child
    this.#ledger = ledger
    child.stdout.on('data', (text: Buffer) => (this.out += text.toString()))
    child.stderr.on('data', (text: Buffer) => (this.err += text.toString()))
    this.#done = new Promise((resolve) => child.on('close', (status) => {
      this.ended = true
      resolve(status)
    }))
  }

  /** Let it read what was sent, and stop it. */
  async stop(): Promise<Result> {
    await later(1500)
    this.process.kill('SIGINT')
    return this.end()
  }

  /** Wait until it ends by itself. */
  async end(): Promise<Result> {
    const status = await this.#done
    return { status, out: this.out, err: this.err, ledger: status === 0 || status === 1 ? JSON.parse(readFileSync(this.#ledger, 'utf8')) : null }
  }
}

export interface Result {
  readonly status: number | null
  readonly out: string
  readonly err: string
  readonly ledger: Record<string, number>
}

export function later(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] })
}

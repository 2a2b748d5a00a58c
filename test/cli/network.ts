import { execFileSync, spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import { WEIR } from './run.ts'

/** MAC addresses of the two ends. */
const NEAR = '02:00:00:00:00:01', FAR = '02:00:00:00:00:02'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Why no network can be made here; null where it can. */
export const noNetwork: string | null = process.platform !== 'linux' ? 'no Linux' : process.getuid?.() !== 0 ? 'no root' : spawnSync('ip', ['-V']).error !== undefined ? 'no ip' : null

export function lacks(program: string): string | null {
  return noNetwork ?? (spawnSync('sh', ['-c', 'command -v "$0"', program]).status === 0 ? null : `no ${program}`)
}

/** What a test is called that needs something: where it is skipped, it says why. */
export function needing(reason: string | null, name: string): string {
  return reason === null ? name : `${name} (skipped: ${reason})`
}

/** Two machines, `near` and `far`, and a cable between their interfaces `n0` and `f0`: namespaces, in which there is nothing else. Nothing but tests sends on it. */
export class Network {
  readonly near: string
  readonly far: string
  private readonly running: ChildProcessWithoutNullStreams[] = []

  constructor(name: string) {
    this.near = `weir-live-${name}-${process.pid}-n`
    this.far = `weir-live-${name}-${process.pid}-f`
    for (const space of [this.near, this.far]) {
      execFileSync('ip', ['netns', 'add', space])
      // no router is asked for
      this.run(space, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6; ip link set lo up')
    }
    this.plug()
  }

  plug(): void {
    execFileSync('ip', ['-n', this.near, 'link', 'add', 'n0', 'address', NEAR, 'type', 'veth', 'peer', 'name', 'f0', 'address', FAR, 'netns', this.far])
    this.ip(this.near, 'addr', 'add', '192.0.2.1/24', 'dev', 'n0')
    this.ip(this.far, 'addr', 'add', '192.0.2.2/24', 'dev', 'f0')
    this.ip(this.near, 'link', 'set', 'n0', 'up')
    this.ip(this.far, 'link', 'set', 'f0', 'up')
    // nor are addresses resolved
    this.ip(this.near, 'neigh', 'add', '192.0.2.2', 'lladdr', FAR, 'dev', 'n0', 'nud', 'permanent')
    this.ip(this.far, 'neigh', 'add', '192.0.2.1', 'lladdr', NEAR, 'dev', 'f0', 'nud', 'permanent')
  }

  ip(space: string, ...args: string[]): string {
    return execFileSync('ip', ['-n', space, ...args], { encoding: 'utf8' })
  }

  /** Run a program to its end. */
  run(space: string, ...command: string[]): { status: number | null; out: string; err: string } {
    const { status, stdout, stderr } = spawnSync('ip', ['netns', 'exec', space, ...command], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 })
    return { status, out: stdout, err: stderr }
  }

  /** Send echo requests from `near`, and wait for the answers. */
  ping(count = 1, address = '192.0.2.2'): void {
    const { status, err, out } = this.run(this.near, 'ping', '-q', '-i', '0.1', '-c', String(count), address)
    if (status !== 0) throw new Error(`ping: ${out}${err}`)
  }

  /** Start `weir observe` on `far`, and wait until it captures. `shell`: what is done before, in the namespace. */
  async observe(args: readonly string[], shell = 'true'): Promise<Observation> {
    const child = spawn('ip', ['netns', 'exec', this.far, 'sh', '-c', `${shell} && exec "$@"`, 'sh', process.execPath, WEIR, 'observe', ...args], { cwd: root })
    this.running.push(child)
    const observation = new Observation(child)
    while (child.exitCode === null && !this.captures()) await new Promise((resolve) => setTimeout(resolve, 50))
    return observation
  }

  /** Somebody has a socket for packets, for all protocols (ETH_P_ALL, 0003), that has been bound to an interface. */
  private captures(): boolean {
    return /^\S+ +\S+ +\S+ +0003 +\S+ +1/m.test(this.run(this.far, 'cat', '/proc/net/packet').out)
  }

  /** End what a test that failed has left. */
  async stop(): Promise<void> {
    for (const child of this.running.splice(0)) {
      if (child.exitCode !== null) continue
      child.kill('SIGKILL')
      await once(child, 'close')
    }
  }

  close(): void {
    for (const space of [this.near, this.far]) execFileSync('ip', ['netns', 'del', space])
  }
}

/** `weir observe` as it runs. */
export class Observation {
  out = ''
  err = ''
  readonly child: ChildProcessWithoutNullStreams
  private readonly ended: Promise<unknown>

  constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child
    this.ended = once(child, 'close')
    child.stdout.on('data', (data: Buffer) => { this.out += data.toString() })
    child.stderr.on('data', (data: Buffer) => { this.err += data.toString() })
  }

  get records(): Record<string, unknown>[] {
    return this.out.split('\n').slice(0, -1).map((line) => JSON.parse(line))
  }

  /** Wait until it has written something; a test that waits in vain runs out of time. */
  async until(has: (observation: this) => boolean): Promise<void> {
    while (!has(this)) {
      if (this.child.exitCode !== null) throw new Error(`weir ended before: ${this.child.exitCode}: ${this.out}${this.err}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async end(signal?: NodeJS.Signals): Promise<number | null> {
    if (signal !== undefined) this.child.kill(signal)
    await this.ended
    return this.child.exitCode
  }
}

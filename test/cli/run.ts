import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** The command, as it is installed. It runs dist: build before. */
export const WEIR = `${root}bin/weir.js`
/** A capture of programs that talked: 10 flows and some ARP. */
export const WEB = `${root}test/captures/web.pcap`
/** Each process takes a while to start, more so where tests run side by side. @unit milliseconds */
export const PATIENCE = 30_000

if (!existsSync(`${root}dist/cli/main.js`)) throw new Error('these tests run dist: npm run build')

export interface Outcome {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

const ENVIRONMENT = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' }

export function weir(args: readonly string[], { input = '', env = {}, cwd = root }: { input?: string | Uint8Array; env?: Record<string, string>; cwd?: string } = {}): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [WEIR, ...args], { input, cwd, env: { ...ENVIRONMENT, ...env }, maxBuffer: 1 << 28 })
  return { status, out: stdout.toString(), err: stderr.toString() }
}

export function start(args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [WEIR, ...args], { cwd: root, env: ENVIRONMENT })
}

/** A line of shell, in which $WEIR is the command. */
export function shell(line: string, env: Record<string, string> = {}): Outcome {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', line], { cwd: root, env: { ...ENVIRONMENT, WEIR, WEB, ...env }, maxBuffer: 1 << 28 })
  return { status, out: stdout.toString(), err: stderr.toString() }
}

export function recordsOf(text: string): Record<string, unknown>[] {
  return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line))
}

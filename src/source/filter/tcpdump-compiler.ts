import { spawnSync } from 'node:child_process'

import { SourceError } from '../../errors.ts'
import type { Compiled } from './compiler.ts'
import { Program } from './program.ts'

/** Compile by `tcpdump -ddd`, which needs no permission where it reads a file. @throws SourceError where it is not installed */
export function compileByTcpdump(expression: string, header: Uint8Array): Compiled {
  const { error, status, stdout, stderr } = spawnSync('tcpdump', ['-r', '-', '-ddd', '--', expression], {
    input: header,
    encoding: 'utf8',
    // where some systems have it, and users' paths do not go
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
  })
  if (error !== undefined) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? '' : ` (tcpdump: ${error.message})`
    throw new SourceError('WEIR_FILTER_COMPILER', `there is nothing that compiles a filter${why}: install libpcap and the npm package koffi, or tcpdump`, { cause: error })
  }
  return status === 0 ? parse(stdout) : complaint(stderr)
}

/** The number of instructions, then one a line: code, jt, jf, k. */
function parse(text: string): Program {
  const [, ...lines] = text.trim().split('\n')
  return new Program(lines.map((line) => {
    const [code, jt, jf, k] = line.split(' ').map(Number)
    return { code, jt, jf, k }
  }))
}

/** tcpdump says what it reads, and then, behind its name, what is wrong. */
function complaint(text: string): string {
  const lines = text.trim().split('\n')
  return (lines.findLast((line) => line.startsWith('tcpdump: ')) ?? lines.at(-1)!).replace(/^tcpdump: /, '')
}

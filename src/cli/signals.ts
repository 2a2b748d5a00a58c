const NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const
const NAMES = Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]

/** Aborted by the first SIGINT or SIGTERM; the second ends the process at once. */
export function onStop(): AbortSignal {
  const controller = new AbortController()
  for (const name of NAMES) {
    process.on(name, () => {
      // as a shell reports a process that a signal ended
      if (controller.signal.aborted) exit(128 + NUMBERS[name])
      controller.abort()
    })
  }
  return controller.signal
}

/** End the process. Where a system call hangs (a named pipe is opened that nobody writes), node waits for it: a further signal ends that. */
export function exit(status: number): never {
  for (const name of NAMES) process.removeAllListeners(name)
  process.exit(status)
}

const NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const

/** Aborted by the first SIGINT or SIGTERM; the second ends the process at once. */
export function onStop(): AbortSignal {
  const controller = new AbortController()
  for (const name of Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]) {
    process.on(name, () => {
      // as a shell reports a process that a signal ended
      if (controller.signal.aborted) process.exit(128 + NUMBERS[name])
      controller.abort()
    })
  }
  return controller.signal
}

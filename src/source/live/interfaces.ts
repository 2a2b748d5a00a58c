import { readdirSync } from 'node:fs'
import { networkInterfaces } from 'node:os'

/** Where Linux has a folder for each, also for those without an address. */
const SYS = '/sys/class/net'

/** Names of the system's network interfaces. */
export function interfaceNames(): string[] {
  return [...new Set([...inSys(), ...Object.keys(networkInterfaces())])].sort()
}

export function isInterface(name: string): boolean {
  // no other name is one: do not ask the system about every path
  return /^[^/\s]{1,15}$/.test(name) && interfaceNames().includes(name)
}

function inSys(): string[] {
  try {
    return readdirSync(SYS)
  } catch {
    return []
  }
}

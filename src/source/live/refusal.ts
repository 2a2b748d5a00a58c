import { SourceError } from '../../errors.ts'
import { interfaceNames } from './interfaces.ts'

/** Why nothing is captured on an interface, each in one line that says what to do. */
export function noSuchInterface(name: string, cause?: unknown): SourceError {
  return new SourceError('WEIR_SOURCE_INTERFACE', `${name}: there is no such interface; there are ${interfaceNames().join(', ')}`, { cause })
}

/** @param program what opens the interface */
export function notPermitted(name: string, program: string, cause?: unknown): SourceError {
  return new SourceError('WEIR_SOURCE_PERMISSION', `${name}: cannot be captured on: the capability CAP_NET_RAW is missing: run weir as root, or: sudo setcap cap_net_raw+ep ${program}`, { cause })
}

export function isDown(name: string): SourceError {
  return new SourceError('WEIR_SOURCE_LINK', `${name}: is down: ip link set ${name} up`)
}

/** While it was captured on. */
export function wentDown(name: string): SourceError {
  return new SourceError('WEIR_SOURCE_LINK', `${name}: the interface went down`)
}

/** While it was captured on. */
export function disappeared(name: string): SourceError {
  return new SourceError('WEIR_SOURCE_LINK', `${name}: the interface is gone`)
}

export function cannotCapture(name: string, why: string): SourceError {
  return new SourceError('WEIR_SOURCE_OPEN', `${name}: cannot be captured on: ${why}`)
}

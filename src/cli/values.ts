import { OptionError, PROTOCOL_NAMES, type IdleTimeout } from '../index.ts'

const SECONDS: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 }

/** Read a whole number of `least` or more. */
export function count(option: string, least: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (Number.isSafeInteger(value) && value >= least) return value
    throw new OptionError('WEIR_OPTION_VALUE', `${option} cannot be '${text}': give a whole number, ${least} or more, in digits alone`)
  }
}

/** Read a time in seconds, or with a unit: `30`, `0.5`, `500ms`, `5m`. */
export function duration(option: string): (text: string) => number {
  return (text) => {
    const match = /^(\d+(?:\.\d+)?)(ms|[smhd])?$/.exec(text)
    if (match !== null) return Number(match[1]) * SECONDS[match[2] ?? 's']
    throw new OptionError('WEIR_OPTION_VALUE', `${option} cannot be '${text}': give seconds, or a number with ms, s, m, h or d, as in 30 or 5m`)
  }
}

/** Read a time that a timer can have: a tenth of a second to three weeks. */
export function period(option: string): (text: string) => number {
  const seconds = duration(option)
  return (text) => {
    const value = seconds(text)
    if (value >= 0.1 && value <= 21 * SECONDS['d']) return value
    throw new OptionError('WEIR_OPTION_VALUE', `${option} cannot be '${text}': give a time from 100ms to 21d`)
  }
}

/** Read `30`, `tcp=300,udp=30` or `60,tcp=300`: a number alone is for every other protocol. */
export function idleTimeout(option: string): (text: string) => IdleTimeout {
  const seconds = duration(option)
  return (text) => {
    const timeouts: Record<string, number> = {}
    for (const part of text.split(',').map((each) => each.trim())) {
      const [, name, value] = /^(?:([^=]*)=)?(.*)$/s.exec(part)!
      const protocol = name === undefined ? 'default' : protocolOf(option, name.trim().toLowerCase())
      const time = seconds(value.trim())
      if (protocol in timeouts) throw new OptionError('WEIR_OPTION_VALUE', `${option} has two times for ${protocol === 'default' ? 'every other protocol' : name}: give one`)
      timeouts[protocol] = time
    }
    return timeouts
  }
}

/** The number of a protocol, so that `tcp` and `6` are one; `default` as it is. */
function protocolOf(option: string, name: string): string {
  if (name === 'default') return name
  if (Object.hasOwn(PROTOCOL_NAMES, name)) return String(PROTOCOL_NAMES[name])
  if (/^\d{1,3}$/.test(name) && Number(name) < 256) return String(Number(name))
  throw new OptionError('WEIR_OPTION_VALUE', `${option} knows no protocol '${name}': use ${Object.keys(PROTOCOL_NAMES).join(', ')}, default, or a number from 0 to 255`)
}

/** Of an option that may be given again. */
export function appended(value: string, all: readonly string[]): readonly string[] {
  return [...all, value]
}

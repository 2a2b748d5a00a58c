/** Two digits, as the two octets of a little-endian 16-bit number: half as many stores and divisions. */
const PAIRS = Uint16Array.from({ length: 100 }, (_, n) => (48 + Math.floor(n / 10)) | ((48 + (n % 10)) << 8))

/** Characters of the longest number: `-1.2345678901234567e-308`. */
export const NUMBER_TEXT_MAX = 24

/** Write a number as JSON has it, in its shortest text; NaN and the infinities as `null`. @returns where it ends */
export function writeNumber(view: DataView, at: number, value: number): number {
  // integers that are doubles exactly; -0 is written as 0
  if (value >= 0 && value <= Number.MAX_SAFE_INTEGER && Math.floor(value) === value) return writeUnsigned(view, at, value)
  if (value < 0 && value >= -Number.MAX_SAFE_INTEGER && Math.ceil(value) === value) {
    view.setUint8(at, 0x2d)
    return writeUnsigned(view, at + 1, -value)
  }
  return writeAscii(view, at, Number.isFinite(value) ? String(value) : 'null')
}

/** Write an integer from 0 to 2^53 - 1. @returns where it ends */
export function writeUnsigned(view: DataView, at: number, value: number): number {
  if (value < 1e9) return writeSmall(view, at, value | 0)
  const high = Math.floor(value / 1e9)
  return writeNine(view, writeSmall(view, at, high), value - high * 1e9)
}

/** Write an integer below 10^9 with leading zeros, nine digits in all. @returns where it ends */
export function writeNine(view: DataView, at: number, value: number): number {
  let rest = value | 0
  for (let i = at + 7; i > at; i -= 2) {
    const hundreds = (rest / 100) | 0
    view.setUint16(i, PAIRS[rest - hundreds * 100], true)
    rest = hundreds
  }
  view.setUint8(at, 48 + rest)
  return at + 9
}

function writeAscii(view: DataView, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i))
  return at + text.length
}

function writeSmall(view: DataView, at: number, value: number): number {
  if (value < 10) {
    view.setUint8(at, 48 + value)
    return at + 1
  }
  const end = at + (value < 100 ? 2 : value < 1000 ? 3 : value < 1e4 ? 4 : value < 1e5 ? 5 : value < 1e6 ? 6 : value < 1e7 ? 7 : value < 1e8 ? 8 : 9)
  let i = end, rest = value
  while (rest >= 100) {
    const hundreds = (rest / 100) | 0
    i -= 2
    view.setUint16(i, PAIRS[rest - hundreds * 100], true)
    rest = hundreds
  }
  if (rest < 10) view.setUint8(at, 48 + rest)
  else view.setUint16(at, PAIRS[rest], true)
  return end
}

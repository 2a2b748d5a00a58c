/** 1234567 as `1,234,567`, wherever it is run. */
export function grouped(value: number): string {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ',')
}

/** Three figures or so: `950`, `9.50 k`, `2.15 M`. */
export function rounded(value: number): string {
  if (value < 1000) return String(Math.round(value))
  const power = value < 999_500 ? 1e3 : value < 999_500_000 ? 1e6 : 1e9
  const scaled = value / power
  return `${scaled.toFixed(scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0)} ${power === 1e3 ? 'k' : power === 1e6 ? 'M' : 'G'}`
}

/** Seconds as `0:07`, `12:34` or `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const two = (value: number): string => String(value).padStart(2, '0')
  const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}

/** A share of a whole: `0.04 %`, `42 %`. */
export function share(part: number, whole: number): string {
  const percent = (part / whole) * 100
  return `${percent === 0 || percent >= 9.95 ? Math.floor(percent) : percent >= 0.995 ? percent.toFixed(1) : percent.toPrecision(1)} %`
}

/** The name that `wrong` was most likely meant to be: one slip away, two in long names; null where none is so near. */
export function nearest(wrong: string, names: readonly string[]): string | null {
  let best: string | null = null
  let least = wrong.length < 6 ? 1 : 2
  for (const name of names) {
    const slips = distance(wrong, name)
    if (slips < least || (slips === least && best === null)) {
      best = name
      least = slips
    }
  }
  return best
}

/** How many letters must be put in, left out, changed, or exchanged with their neighbours, to make one text of the other. */
function distance(a: string, b: string): number {
  const rows: number[][] = Array.from({ length: a.length + 1 }, (_, i) => [i])
  for (let j = 1; j <= b.length; j++) rows[0][j] = j
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const changed = a[i - 1] === b[j - 1] ? 0 : 1
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + changed)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1)
    }
  }
  return rows[a.length][b.length]
}

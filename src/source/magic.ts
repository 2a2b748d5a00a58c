export function beginsWith(head: Uint8Array, ...magic: number[]): boolean {
  return head.length >= magic.length && magic.every((octet, i) => head[i] === octet)
}

import { type AnyChain, defineChain, type PacketView } from '../../src/index.ts'

/** A chain that notes every hook that runs for a packet: its number, the hook, and the direction. */
export function listener(): { readonly chain: AnyChain; readonly heard: string[] } {
  const heard: string[] = []
  const note = (hook: string) => (_flow: unknown, _header: unknown, rev: boolean, packet: PacketView): void => void heard.push(`${packet.number} ${hook} ${rev ? '<' : '>'}`)
  const chain = defineChain({
    name: 'listener', doc: '',
    newFlow: note('newFlow'), ip: note('ip'), ip4: note('ip4'), ip6: note('ip6'), icmp4: note('icmp4'), icmp6: note('icmp6'), tcp: note('tcp'), udp: note('udp'), l4: note('l4'),
  })
  return { chain, heard }
}

/** All orders of a few things. */
export function permutations<T>(things: readonly T[]): T[][] {
  if (things.length < 2) return [[...things]]
  return things.flatMap((thing, i) => permutations(things.toSpliced(i, 1)).map((rest) => [thing, ...rest]))
}

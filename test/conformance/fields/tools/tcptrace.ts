import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Capture } from '../../../truth/corpora.ts'
import { type FieldRule, type FieldTool, NO_TIMEOUT, type Said, type Value } from '../said.ts'

const longOption: FieldRule = {
  name: 'option past the header', reason: 'tcptrace goes by the kind of an option, also of one that is longer than the header has room for; here such an option ends the list.',
  explains: (field, said) => field.startsWith('tcp_timestamps') && said === true,
}

/** tcptrace's long output: two columns a line, one a direction. */
export function tcptrace(folder: string, capture: Capture): FieldTool[] {
  return capture.expected.filter((path) => path.startsWith('expected/blitz+tcptrace/') && path.endsWith('.long')).map((path) => ({
    tool: 'tcptrace long', capture, options: NO_TIMEOUT,
    flows: readFileSync(join(folder, path), 'utf8').split(/^TCP connection \d+:$/m).slice(1).map(connection),
    rules: [longOption],
  }))
}

function connection(text: string): Said {
  const [, sip, sp] = /host \w+: +(\S+):(\d+)$/m.exec(text)!
  const [, dip, dp] = /host \w+: +(\S+):(\d+)$/m.exec(text.slice(text.indexOf(`:${sp}`) + sp.length))!
  const number = (value: string): Value => Number(value)
  const fields: Record<string, Value> = {}
  const read = (label: string, field: string, of: (value: string) => Value = number): void => {
    const line = new RegExp(`^ +${label}: +(\\S+)(?: \\w+)? +${label}: +(\\S+)`, 'm').exec(text)
    if (line === null) return
    for (const [side, value] of [['fwd', line[1]], ['rev', line[2]]]) if (value !== 'NA') fields[`${field}_${side}`] = of(value)
  }
  read('ack pkts sent', 'tcp_pkt_ack')
  read('actual data pkts', 'pay_pkt')
  read('actual data bytes', 'pay_oct')
  read('unique bytes sent', 'tcp_octets')
  read('SYN/FIN pkts sent', 'tcp_pkt_syn', (value) => Number(value.split('/')[0]))
  read('SYN/FIN pkts sent', 'tcp_pkt_fin', (value) => Number(value.split('/')[1]))
  // 0 for a direction without the option
  read('mss requested', 'mss_value', (value) => Number(value) || null)
  read('req 1323 ws/ts', 'tcp_timestamps', (value) => value.endsWith('Y'))
  read('req sack', 'tcp_sack_permitted', (value) => value === 'Y')
  read('adv wind scale', 'tcp_window_scale')
  return { ends: { sip, dip, proto: 6, sp: Number(sp), dp: Number(dp) }, fields }
}

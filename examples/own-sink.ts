/** A sink of one's own: octets by protocol. It reads columns, so no object is made a record. */
import { basic, observe, type Batch, type Column, type NumberColumn, type Sink } from 'flowweir'

class OctetsByProtocol implements Sink {
  readonly octets = new Float64Array(256)

  open(): void {}

  write(batch: Batch): void {
    const proto = numbers(batch.columns, 'proto')
    const sides = [numbers(batch.columns, 'oct_fwd'), numbers(batch.columns, 'oct_rev')]
    for (let i = 0; i < batch.length; i++) {
      const protocol = proto.data[proto.offset + i * proto.stride]
      for (const { data, offset, stride } of sides) this.octets[protocol] += data[offset + i * stride]
    }
  }

  close(): void {
    this.octets.forEach((octets, protocol) => {
      if (octets > 0) console.log(`protocol ${protocol}: ${octets} octets`)
    })
  }
}

function numbers(columns: readonly Column[], name: string): NumberColumn {
  const column = columns.find((each) => each.name === name)
  if (column === undefined || !('stride' in column) || !('nan' in column)) throw new Error(`there is no column of numbers '${name}'`)
  return column
}

await observe(process.argv[2], { chains: [basic] }).writeTo(new OctetsByProtocol())

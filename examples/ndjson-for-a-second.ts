/** Records as JSON lines on standard output, for a second at most: what was seen until then is written in any case. */
import { basic, id, ndjson, observe, tcp } from 'flowweir'

const observer = observe(process.argv[2], {
  chains: [basic, tcp, id],
  idleTimeout: { default: 60, tcp: 300 },
  signal: AbortSignal.timeout(1000),
  onWarning: ({ code, message }) => console.error(`${code}: ${message}`),
})
await observer.writeTo(ndjson('-'))

if (observer.fault !== null) console.error(`cut: ${observer.fault.message}`)
console.error(observer.ledger)

/**
 * One observation with the built library, to a sink that counts: node bench/observe.js FILE [CHAINS]. Prints the ledger as JSON, and
 * what the sink has counted as `seen`.
 */
import { chainsByName, observe } from '../dist/index.js'

const [file, chains = 'basic,tcp'] = process.argv.slice(2)

let seen = 0
const observer = observe(file, { chains: chainsByName(chains) })
await observer.writeTo({
  open() {},
  write(batch) {
    seen += batch.length
  },
  close() {},
})
if (seen !== observer.ledger.records) throw new Error(`the sink was given ${seen} records of ${observer.ledger.records}`)
console.log(JSON.stringify({ ...observer.ledger, seen }))

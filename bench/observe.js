/**
 * One observation with the built library: node bench/observe.js FILE [CHAINS] [TARGET]. Without a target the records go to a sink that
 * counts them. Prints the ledger as JSON.
 */
import * as weir from '../dist/index.js'

const [file, chains = 'basic,tcp', target] = process.argv.slice(2)

class Count {
  records = 0
  open() {}
  write(/** @type {{ length: number }} */ batch) {
    this.records += batch.length
  }
  close() {}
}

const sink = new Count()
const observer = weir.observe(file, { chains: chains.split(',').map((name) => weir[name]) })
await observer.writeTo(target ?? sink)
console.log(JSON.stringify({ ...observer.ledger, seen: sink.records }))

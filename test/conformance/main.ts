import { CORPORA, hasCorpora } from '../truth/corpora.ts'
import { compareAll } from './compare.ts'
import { compareFields, reportFields } from './fields/compare.ts'
import { report, totals } from './report.ts'
import * as rules from './rules.ts'

const folder = process.argv[2] ?? CORPORA
if (hasCorpora(folder)) {
  const results = await compareAll(folder)
  console.log(report(results, new Map(Object.values(rules).map(({ name, reason }) => [name, reason]))))
  const fields = await compareFields(folder)
  console.log(reportFields(fields))
  process.exitCode = totals(results).unexplained > 0 || fields.some(({ unexplained }) => unexplained.length > 0) ? 1 : 0
} else {
  console.error(`there is no MANIFEST.tsv in ${folder}: name the folder of the corpora, or set WEIR_CORPORA`)
  process.exitCode = 2
}

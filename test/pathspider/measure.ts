import { modelChains } from './chains.ts'
import { compare, type Comparison, differing } from './compare.ts'
import { readRuns, type Run } from './corpus.ts'
import { readFrames } from './frames.ts'
import { Model, type Observation } from './model.ts'
import { type Form, type Rule, type RuleName, RULES } from './rules.ts'
import { COMPARED, observeWithWeir } from './weir.ts'

/** Rules about chains that weir has. */
export const rulesInForce: readonly (Rule & { readonly name: RuleName })[] =
  RULES.filter(({ chains }: Rule) => chains === undefined || chains.some((name) => COMPARED.includes(name)))

/** How much a rule explains: records that would differ, were it alone not there, and captures they are of. */
export interface Explained {
  readonly rule: RuleName
  records: number
  readonly captures: Set<string>
}

export interface Agreement {
  readonly captures: number
  readonly runs: number
  /** PATHspider's records, and those of them that weir gives as they are. */
  readonly records: number
  readonly equal: number
  /** Records that only one of them has, where weir and PATHspider differ: all explained, or the test fails. */
  readonly different: number
  readonly explained: readonly Explained[]
  /** What the model says otherwise than the observer that it stands for, named with its run. */
  readonly notPathspider: readonly string[]
  readonly notWeir: readonly string[]
}

/** Compare all runs of a form: PATHspider with the model where all rules are on, weir with the model where none is. */
export async function measure(form: Form): Promise<Agreement> {
  const runs = readRuns().filter((run) => run.form === form)
  const explained = rulesInForce.map(({ name }) => ({ rule: name, records: 0, captures: new Set<string>() }))
  const notPathspider: string[] = []
  const notWeir: string[] = []
  let [compared, records, equal, different] = [0, 0, 0, 0]
  for (const run of runs) {
    const frames = readFrames(run.path)
    const model = (on: (rule: RuleName) => boolean) => new Model(form, run.chains, on).observe(frames)
    const theirs = model(() => true)
    notPathspider.push(...complaints(run, compare(theirs.records, run.records, fieldsOf(run, run.chains)), counts(theirs), countsOf(run)))
    const chains = run.chains.filter((name) => COMPARED.includes(name))
    if (chains.length === 0) continue
    compared++
    const fields = fieldsOf(run, chains)
    const ours = model(() => false)
    const weir = await observeWithWeir(run.path, chains)
    notWeir.push(...complaints(run, compare(ours.records, weir.records, fields), counts(ours), counts(weir)))
    const direct = compare(run.records, weir.records, fields)
    records += run.records.length
    equal += direct.equal
    different += differing(direct)
    for (const each of explained) {
      const without = differing(compare(run.records, model((rule) => rule !== each.rule).records, fields))
      each.records += without
      if (without > 0) each.captures.add(run.capture)
    }
  }
  return { captures: new Set(runs.map(({ capture }) => capture)).size, runs: compared, records, equal, different, explained, notPathspider, notWeir }
}

/** Fields of chains, by their names in weir. */
function fieldsOf({ form }: Run, chains: readonly string[]): string[] {
  const fields = ['first', 'last', ...chains.flatMap((name) => Object.keys(modelChains[name].initial))]
  // what ended flows in 0.9 knew of no more than their ends
  return form === 'seedtcp' ? fields.filter((name) => !name.startsWith('tcp_') || /_(fin|rst)_/.test(name)) : fields
}

function counts({ packets, nonIp, short, flows, crashed }: Observation): string {
  return `${packets} packets, ${nonIp} non-IP, ${short} short, ${flows} flows${crashed ? ', crashed' : ''}`
}

function countsOf({ counters }: Run): string | null {
  if (counters === null) return null
  const { packets, nonip: nonIp, shortkey: short, flows, error } = counters
  return counts({ records: [], packets, nonIp, short, flows, crashed: error !== null })
}

function complaints({ capture, chains }: Run, { onlyLeft, onlyRight }: Comparison, modelCounts: string, itsCounts: string | null): string[] {
  const where = `${capture} with ${chains.join(', ')}`
  return [
    ...onlyLeft.map((record) => `${where}: only the model has ${record}`),
    ...onlyRight.map((record) => `${where}: the model has no ${record}`),
    ...(itsCounts === null || itsCounts === modelCounts ? [] : [`${where}: the model counts ${modelCounts}, not ${itsCounts}`]),
  ]
}

import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

import { modelChains } from './chains.ts'
import { present, unlessPresent } from './corpus.ts'
import { type Agreement, measure, rulesInForce } from './measure.ts'
import { page } from './page.ts'
import { type Form, FORM_NAMES, FORMS, RULES } from './rules.ts'
import { COMPARED } from './weir.ts'

const PAGE = fileURLToPath(new URL('../../docs/differences-from-pathspider.md', import.meta.url))
const agreements = new Map<Form, Agreement>()
if (present) for (const form of FORMS) agreements.set(form, await measure(form))

describe.skipIf(!present).each(FORMS)(`weir agrees with PATHspider, %s${unlessPresent}`, (form) => {
  const agreement = agreements.get(form)!

  it('the model with all rules gives what PATHspider gave', () => {
    expect(agreement.notPathspider).toEqual([])
  })

  it('the model without rules gives what weir gives', () => {
    expect(agreement.notWeir).toEqual([])
  })

  it('nearly all captures are compared, and most records are equal', () => {
    const { captures, runs, records, equal, different, explained } = agreement
    console.log([
      `PATHspider ${FORM_NAMES[form]}: ${captures} captures, ${runs} runs, ${records} records: ${equal} equal, ${different} explained`,
      ...explained.filter((each) => each.records > 0).map((each) => `  ${each.rule}: ${each.records} records of ${each.captures.size} captures`),
    ].join('\n'))
    expect(captures).toBeGreaterThan(90)
    expect(records).toBeGreaterThan(80)
    expect(equal).toBeGreaterThan(different)
  })
})

describe(`the rules${unlessPresent}`, () => {
  it('are fifteen at most', () => {
    expect(RULES.length).toBeLessThanOrEqual(15)
  })

  it.skipIf(!present).each(rulesInForce.map(({ name }) => name))('%s explains something', (name) => {
    const records = [...agreements.values()].flatMap(({ explained }) => explained).filter(({ rule }) => rule === name).map((each) => each.records)
    expect(Math.max(...records)).toBeGreaterThan(0)
  })

  it('are about chains that the model has', () => {
    expect([...COMPARED, ...RULES.flatMap((rule) => ('chains' in rule ? rule.chains : []))].filter((name) => !(name in modelChains))).toEqual([])
  })
})

// `npm run docs:differences` runs this and lets it write the page
it.skipIf(!present)(`docs/differences-from-pathspider.md says what is so${unlessPresent}`, async () => {
  await expect(page(rulesInForce, agreements, COMPARED)).toMatchFileSnapshot(PAGE)
})

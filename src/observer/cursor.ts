import { internalsOf } from '../chain/define.ts'
import type { Compiled } from '../chain/compile.ts'
import { Mark, Pool } from '../chain/mark.ts'
import type { HookName } from '../chain/types.ts'
import { KeyAccess } from '../chain/view.ts'
import type { FlowTable } from '../flow/table.ts'
import type { HookCaller } from './hook-caller.ts'
import type { Call, HookList } from './hook-list.ts'

/** The marks that all views of an observer read through: move them, and every chain sees another flow. */
export class Cursor {
  readonly pool = new Pool()
  private readonly row: Mark
  private readonly side: Mark
  private readonly stride: number
  private readonly sideStart: number
  private readonly sideStride: number
  private readonly lists = new Map<HookName, HookList>()

  constructor(table: FlowTable, compiled: Compiled, described: boolean, caller: HookCaller) {
    this.row = new Mark(table, this.pool)
    this.side = new Mark(table, this.pool)
    this.stride = table.stride / 2
    this.sideStart = compiled.sideStart
    this.sideStride = compiled.sideStride
    this.bind(compiled, new KeyAccess(this.row, table, described), caller)
  }

  readonly move = (row: number, rev: boolean): void => this.moveTo(row, rev ? 1 : 0)

  /** @param side 0 forward, 1 reverse */
  readonly moveTo = (row: number, side: number): void => {
    const at = row * this.stride
    this.row.at = at
    this.side.at = at + this.sideStart + side * this.sideStride
  }

  hooks(name: HookName): HookList {
    return this.lists.get(name) ?? { name, number: 0, chains: [], calls: [], views: [], length: 0 }
  }

  /** Make each chain's views, and sort its hooks by kind. */
  private bind({ chains, sideStart, sideStride }: Compiled, key: KeyAccess, caller: HookCaller): void {
    const views = new Map<object, { flow: object; sides: { side: object; fwd: object; rev: object } }>()
    const lists = new Map<HookName, { chains: string[]; calls: Call[]; views: object[] }>()
    for (const { chain, flow: flowBase, side: sideBase } of chains) {
      const { views: classes, hooks } = internalsOf(chain)
      // those it requires come before it
      const required = chain.requires.map((other) => views.get(other)!)
      const { Flow, Side } = classes
      const at = (start: number) => ({ 8: sideBase[8] + start, 4: sideBase[4] + 2 * start, 2: sideBase[2] + 4 * start, 1: sideBase[1] + 8 * start })
      const sides = {
        side: new Side(this.side, sideBase, required.map((view) => view.sides.side as never)),
        fwd: new Side(this.row, at(sideStart), required.map((view) => view.sides.fwd as never)),
        rev: new Side(this.row, at(sideStart + sideStride), required.map((view) => view.sides.rev as never)),
      }
      const flow = new Flow(this.row, flowBase, required.map((view) => view.flow as never), sides, key)
      views.set(chain, { flow, sides })
      for (const [name, hook] of hooks) {
        let list = lists.get(name)
        if (list === undefined) lists.set(name, (list = { chains: [], calls: [], views: [] }))
        list.chains.push(chain.name)
        list.calls.push(hook as Call)
        list.views.push(flow)
      }
    }
    for (const [name, list] of lists) {
      const known = { name, number: 0, ...list, length: list.calls.length }
      known.number = caller.know(known)
      this.lists.set(name, known)
    }
  }
}
